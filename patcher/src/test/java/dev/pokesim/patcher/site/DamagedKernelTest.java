package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.patcher.compression.Compression;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever happens to a kernel, the answer is an image or one line for the user, soon. */
class DamagedKernelTest {

    private static final int CHANGES = 2_000;
    private static final long TEXT = 0xffffffff81000000L;

    private static final byte[] VMLINUX = SmallKernel.vmlinux(KallsymsLayout.PER_CPU);

    @ParameterizedTest
    @EnumSource
    void everyTruncationOfABzImageIsRejectedInOneLine(Compression compression) {
        byte[] image = SmallKernel.bzImage(VMLINUX, compression);
        int behindPayload = 100;
        for (int sizeBytes = 0; sizeBytes < image.length - behindPayload; sizeBytes += 1 + sizeBytes / 50) {
            assertTrue(isRejected(Arrays.copyOf(image, sizeBytes)), compression + " cut to " + sizeBytes);
        }
        int last = image.length - behindPayload - 1;
        assertTrue(isRejected(Arrays.copyOf(image, last)), compression + " cut to " + last);
    }

    @ParameterizedTest
    @EnumSource
    void changedBytesOfABzImageGiveAnImageOrOneLine(Compression compression) {
        byte[] image = SmallKernel.bzImage(VMLINUX, compression);
        Random random = new Random(compression.ordinal());
        int rejected = 0;
        for (int run = 0; run < CHANGES / 5; run++) {
            // Header and beginning of the payload in every second run.
            int from = run % 2 == 0 ? 0x1f0 : 0;
            int to = run % 2 == 0 ? 0x250 : image.length;
            rejected += isRejected(changed(image, random, from, to)) ? 1 : 0;
        }
        assertTrue(rejected > CHANGES / 50, rejected + " were noticed");
    }

    @ParameterizedTest
    @EnumSource
    void changedTablesGiveAnImageOrOneLine(KallsymsLayout layout) {
        byte[] elf = SmallKernel.vmlinux(layout);
        int tables = new String(elf, StandardCharsets.ISO_8859_1).indexOf("Linux version");
        Random random = new Random(layout.ordinal());
        int different = 0;
        List<KeySites> keys = SmallKernel.load(elf).keys();
        for (int run = 0; run < CHANGES / 4; run++) {
            byte[] changed = changed(elf, random, run % 2 == 0 ? 0 : tables, elf.length);
            different +=
                    isRejected(changed) || !SmallKernel.load(changed).keys().equals(keys) ? 1 : 0;
        }
        assertTrue(different > CHANGES / 100, different + " were noticed");
    }

    /** Everywhere something that looks like the beginning of a table of tokens, or like names without end. */
    @Test
    void searchForTablesEndsSoonWhateverTheImageHolds() {
        ByteArrayOutputStream digits = new ByteArrayOutputStream();
        while (digits.size() < 4 << 20) {
            digits.writeBytes("0\0001\0002\0003\0004\0005\0006\0007\0008\0009\000".getBytes(StandardCharsets.US_ASCII));
        }
        assertTimeout(Duration.ofSeconds(30), () -> assertEquals(0, keys(digits.toByteArray())));

        // True tokens behind counts: each is followed by so many names, and then by no markers.
        List<KallsymsLayout.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            entries.add(new KallsymsLayout.Entry(TEXT + i, 't', "symbol_" + i));
        }
        int start = 4 << 20;
        byte[] tables = KallsymsLayout.PER_CPU.write(entries, TEXT + start, TEXT);
        int count = Integer.BYTES * entries.size() + Long.BYTES;
        assertEquals(300, tables[count] & 0xff | tables[count + 1] << 8);
        byte[] all = new byte[start + tables.length];
        System.arraycopy(tables, 0, all, start, tables.length);
        assertEquals(300, keys(all));
        all[start + count + 1] = 0;
        for (int i = 0; i < start; i += 16) {
            all[i + 1] = 1;
            all[i + 2] = 1; // 65,792 names
            all[i + 8] = 15; // each goes on over the next count
            Arrays.fill(all, i + 9, i + 16, (byte) 't');
        }
        assertTimeout(Duration.ofSeconds(30), () -> assertEquals(0, keys(all)));
    }

    private static int keys(byte[] content) {
        Segment segment = new Segment("text", TEXT, ImageBytes.copyOf(content), true, false);
        return Kallsyms.find(List.of(segment))
                .map(found -> found.symbols().size())
                .orElse(0);
    }

    private static byte[] changed(byte[] content, Random random, int from, int to) {
        byte[] changed = content.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            changed[from + random.nextInt(to - from)] = (byte) random.nextInt(256);
        }
        return changed;
    }

    private static boolean isRejected(byte[] content) {
        try {
            KernelImage.of(SmallKernel.load(content)).ifPresent(kernel -> {
                kernel.banner();
                kernel.staticCallSites();
                kernel.functionEntryCalls();
                kernel.perCpuArea();
            });
            return false;
        } catch (InvalidInput expected) {
            String message = expected.getMessage();
            assertEquals(1, message.lines().count(), message);
            assertTrue(message.matches("small: .+; .+"), message);
            return true;
        } catch (RuntimeException | Error unexpected) {
            return fail("bytes " + Arrays.hashCode(content), unexpected);
        }
    }
}
