package dev.pokesim.patcher.compression;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompressionTest {

    private static final Path FOLDER = Path.of(System.getProperty("pokesim.testdata"), "compressed");
    private static final int DAMAGES = 500;

    private final Path folder;

    CompressionTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** What the format's own tool made of {@link SampleData#words}. */
    private static byte[] sample(Compression compression) throws IOException {
        return Files.readAllBytes(FOLDER.resolve("words." + compression));
    }

    private static byte[] unpack(byte[] data) throws DamagedData {
        return unpack(data, 1 << 24);
    }

    private static byte[] unpack(byte[] data, int limitBytes) throws DamagedData {
        return Compression.at(data, 0).orElseThrow().unpack(data, 0, data.length, 100, limitBytes);
    }

    @ParameterizedTest
    @EnumSource
    void outputOfTheFormatsOwnToolIsUnpacked(Compression compression) throws IOException {
        byte[] sample = sample(compression);
        assertEquals(Optional.of(compression), Compression.at(sample, 0));
        assertArrayEquals(SampleData.words(), unpack(sample));
    }

    @ParameterizedTest
    @EnumSource
    void dataMayLieAnywhere(Compression compression) throws IOException {
        byte[] sample = sample(compression);
        byte[] around = new byte[sample.length + 20];
        Arrays.fill(around, (byte) 0xff);
        System.arraycopy(sample, 0, around, 7, sample.length);
        assertEquals(Optional.of(compression), Compression.at(around, 7));
        byte[] words = SampleData.words();
        assertArrayEquals(words, compression.unpack(around, 7, 7 + sample.length, words.length, words.length));
    }

    @ParameterizedTest
    @EnumSource
    void nothingGetsLargerThanTheLimit(Compression compression) throws IOException {
        byte[] sample = sample(compression);
        int sizeBytes = SampleData.words().length;
        DamagedData tooLarge = assertThrows(DamagedData.class, () -> unpack(sample, sizeBytes - 1));
        assertEquals("it unpacks to more than " + (sizeBytes - 1) + " bytes", tooLarge.getMessage());
        assertEquals(sizeBytes, unpack(sample, sizeBytes).length);
    }

    @ParameterizedTest
    @EnumSource
    void cutOffDataIsDamaged(Compression compression) throws IOException {
        byte[] sample = sample(compression);
        byte[] words = SampleData.words();
        for (int sizeBytes = 8; sizeBytes < sample.length; sizeBytes += 1 + sizeBytes / 100) {
            byte[] cut = Arrays.copyOf(sample, sizeBytes);
            DamagedData damaged = assertThrows(DamagedData.class, () -> unpack(cut), "cut to " + sizeBytes);
            assertEquals(1, damaged.getMessage().lines().count());
        }
        assertArrayEquals(words, unpack(sample));
    }

    @ParameterizedTest
    @EnumSource
    void changedBytesGiveDataOrOneLine(Compression compression) throws IOException {
        byte[] sample = sample(compression);
        Random random = new Random(compression.ordinal());
        int noticed = 0;
        for (int run = 0; run < DAMAGES; run++) {
            byte[] changed = sample.clone();
            for (int i = random.nextInt(3); i >= 0; i--) {
                // Headers and tables stand at the beginning.
                int range = random.nextBoolean() ? changed.length : 64;
                changed[4 + random.nextInt(range - 4)] = (byte) random.nextInt(256);
            }
            try {
                compression.unpack(changed, 0, changed.length, 100, 1 << 20);
            } catch (DamagedData damaged) {
                assertEquals(1, damaged.getMessage().lines().count(), damaged.getMessage());
                noticed++;
            } catch (RuntimeException | Error unexpected) {
                fail(compression + ", run " + run + ": " + HexFormat.of().formatHex(changed, 0, 64), unexpected);
            }
        }
        assertTrue(noticed > DAMAGES / 10, noticed + " were noticed");
    }

    @Test
    void otherDataHasNoCompression() {
        assertEquals(Optional.empty(), Compression.at(new byte[] {0x7f, 'E', 'L', 'F'}, 0));
        assertEquals(Optional.empty(), Compression.at(new byte[] {0x1f}, 0));
        assertEquals(Optional.empty(), Compression.at(new byte[] {0, 0x1f, (byte) 0x8b}, 2));
    }

    @Test
    void zstdBlocksOfOneByteAndOfPlainBytesAreUnpacked() throws DamagedData {
        HexFormat hex = HexFormat.ofDelimiter(" ");
        // magic; descriptor: single segment, size in 1 byte; raw block of 3; last block, 5 times 0x41
        assertArrayEquals(
                new byte[] {1, 2, 3, 0x41, 0x41, 0x41, 0x41, 0x41},
                unpack(hex.parseHex("28 b5 2f fd 20 08 18 00 00 01 02 03 2b 00 00 41")));
        // a skippable frame of 2 bytes behind it
        assertArrayEquals(
                new byte[] {0x41, 0x41},
                unpack(hex.parseHex("28 b5 2f fd 20 02 13 00 00 41 50 2a 4d 18 02 00 00 00 99 99")));
    }

    @Test
    void zstdSaysWhyAFrameIsRefused() {
        HexFormat hex = HexFormat.ofDelimiter(" ");
        assertEquals("it needs a dictionary", refused(hex.parseHex("28 b5 2f fd 21 02 77 13 00 00 41")));
        assertEquals("a block has the reserved type", refused(hex.parseHex("28 b5 2f fd 20 02 17 00 00 41")));
        assertEquals(
                "something else follows a frame", refused(hex.parseHex("28 b5 2f fd 20 02 13 00 00 41 01 01 01 01")));
        assertEquals("its checksum is wrong", refused(hex.parseHex("28 b5 2f fd 24 02 13 00 00 41 00 00 00 00")));
    }

    private static String refused(byte[] data) {
        return assertThrows(DamagedData.class, () -> unpack(data)).getMessage();
    }

    @Test
    void lz4MatchesMayOverlapThemselves() throws DamagedData {
        HexFormat hex = HexFormat.ofDelimiter(" ");
        // one block: 1 literal 'a', a match of 4 + 15 + 3 at distance 1, then 5 literals
        byte[] data = hex.parseHex("02 21 4c 18 0b 00 00 00 1f 61 01 00 03 50 62 63 64 65 66");
        assertArrayEquals(("a".repeat(23) + "bcdef").getBytes(StandardCharsets.US_ASCII), unpack(data));
        data[10] = 2; // nothing stands 2 bytes before
        assertEquals("it repeats bytes from before its beginning", refused(data));
    }

    @Test
    void lz4BlockRepeatsNothingOfAnotherOne() throws DamagedData {
        HexFormat hex = HexFormat.ofDelimiter(" ");
        // "abcdef"; then 'x', a match of 4 at distance 1, and 5 literals
        String blocks = "02 21 4c 18 07 00 00 00 60 61 62 63 64 65 66 0a 00 00 00 10 78 %02x 00 50 62 63 64 65 66";
        assertEquals(
                "abcdefxxxxxbcdef", new String(unpack(hex.parseHex(blocks.formatted(1))), StandardCharsets.US_ASCII));
        assertEquals("it repeats bytes from before its beginning", refused(hex.parseHex(blocks.formatted(2))));
    }

    /** The tool's own output over many kinds of data and all levels. */
    @Test
    void whateverZstdPacksIsUnpacked() throws IOException, InterruptedException {
        Random random = new Random(2);
        for (int run = 0; run < 44; run++) {
            byte[] data = SampleData.mixed(random);
            Path plain = Files.write(folder.resolve("data"), data);
            String level = run % 22 < 20 ? "-" + run % 22 : "--fast=" + run % 22;
            run(List.of("zstd", "-q", "-f", "--ultra", level.equals("-0") ? "-22" : level, plain.toString()));
            assertArrayEquals(data, unpack(Files.readAllBytes(folder.resolve("data.zst"))), "run " + run);
        }
    }

    private static void run(List<String> command) throws IOException, InterruptedException {
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            System.err.println("SKIPPED: unpacking is not compared with " + command.get(0) + ": " + e.getMessage());
            Assumptions.abort("no " + command.get(0) + ": " + e.getMessage());
            throw e;
        }
        assertTrue(process.waitFor(1, TimeUnit.MINUTES), () -> command + " does not end");
        assertEquals(0, process.exitValue(), () -> command + " failed");
    }
}
