package dev.pokesim.emulator.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceFileTest {
    private static final int SEVERAL_CHUNKS = 12_000;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 100, 3000, SEVERAL_CHUNKS})
    void whatIsWrittenIsRead(int count) {
        for (long seed = 1; seed <= 5; seed++) {
            List<TraceEvent> events = RandomTrace.events(seed, count);
            TraceReader reader = RandomTrace.reader(RandomTrace.file(events));
            assertEquals(RandomTrace.HEADER, reader.header());
            assertEquals(events, RandomTrace.all(reader), "seed " + seed);
            assertEquals(count, reader.eventCount());
            assertFalse(reader.isCut());
        }
    }

    @Test
    void equalEventsGiveEqualBytes() {
        List<TraceEvent> events = RandomTrace.events(1, SEVERAL_CHUNKS);
        assertArrayEquals(RandomTrace.file(events), RandomTrace.file(events));
    }

    @Test
    void everyTruncationIsAPrefixThatSaysItIsCut() throws IOException {
        List<TraceEvent> events = RandomTrace.events(2, 500);
        // several small chunks in one file: as many as if each had been full
        byte[] file = inSmallChunks(events, 50);
        assertEquals(events, RandomTrace.all(RandomTrace.reader(file)));
        Set<Integer> lengths = new HashSet<>();
        int refused = 0;
        for (int length = 0; length < file.length; length++) {
            byte[] prefix = Arrays.copyOf(file, length);
            try {
                TraceReader reader = RandomTrace.reader(prefix);
                List<TraceEvent> read = RandomTrace.all(reader);
                assertTrue(reader.isCut(), "length " + length);
                assertEquals(events.subList(0, read.size()), read, "length " + length);
                lengths.add(read.size());
            } catch (InvalidDataFile e) {
                assertTrue(lengths.isEmpty(), "length " + length + ": " + e.getMessage());
                assertOneLine(e, "length " + length);
                refused++;
            }
        }
        assertEquals(Set.of(0, 50, 100, 150, 200, 250, 300, 350, 400, 450, 500), lengths);
        assertTrue(refused < 400, refused + " lengths were refused: only the header may be");
    }

    @Test
    void withoutItsIndexAFileIsReadAllTheSame() {
        List<TraceEvent> events = RandomTrace.events(3, SEVERAL_CHUNKS);
        byte[] file = RandomTrace.file(events);
        file[file.length - 1] ^= 1;
        TraceReader reader = RandomTrace.reader(file);
        assertEquals(events, RandomTrace.all(reader));
        assertFalse(reader.isCut());
    }

    @Test
    void changedBytesAreRefusedOrGiveAPrefix() throws IOException {
        List<TraceEvent> events = RandomTrace.events(4, 400);
        byte[] file = inSmallChunks(events, 40);
        Random random = new Random(1);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] changed = file.clone();
            int flips = 1 + random.nextInt(3);
            for (int i = 0; i < flips; i++) {
                changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            }
            refused += isRefused(changed, events, "seed 1, round " + round) ? 1 : 0;
        }
        assertTrue(refused > 15_000, "only " + refused + " of 20000 were refused");
    }

    /** As {@link #changedBytesAreRefusedOrGiveAPrefix}, but behind a check sum that is right: what only malice writes. */
    @Test
    void changedEventsWithARightCheckSumAreReadOrRefused() {
        RawBytes raw = new RawBytes();
        EventEncoder encoder = new EventEncoder();
        RandomTrace.events(5, 60).forEach(encoder::add);
        raw.writeBytes(RawInput.inflated(encoder.deflated(), encoder.rawBytes()).bytes(encoder.rawBytes()));
        byte[] bytes = raw.toByteArray();
        Random random = new Random(2);
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] changed = bytes.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            EventDecoder decoder = new EventDecoder(new RawInput(changed), RandomTrace.CORES);
            try {
                while (decoder.hasNext()) {
                    decoder.next();
                }
            } catch (Damage damage) {
                refused++;
            } catch (RuntimeException e) {
                fail("round " + round, e);
            }
        }
        assertTrue(refused > 1000, "only " + refused + " of 20000 were refused");
    }

    @Test
    void randomBytesBehindTheMagicAreRefused() {
        byte[] start = Arrays.copyOf(RandomTrace.file(List.of()), TraceFormat.START_BYTES);
        Random random = new Random(3);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextInt(600)];
            random.nextBytes(bytes);
            System.arraycopy(start, 0, bytes, 0, Math.min(start.length, bytes.length));
            assertTrue(isRefused(bytes, List.of(), "round " + round));
        }
    }

    @Test
    void aChunkThatClaimsToInflateToMoreThanDeflateCanIsRefusedUnread() {
        ChunkHead bomb = new ChunkHead(ChunkHead.HEADER, 10, TraceFormat.MAX_HEADER_BYTES, 0, 0, 0, 0, new BitSet());
        assertThrows(Damage.class, () -> ChunkHead.of(bomb.toBytes(), 0));
        ChunkHead large = new ChunkHead(ChunkHead.EVENTS, 1 << 20, 1 << 30, 1, 0, 0, 0, new BitSet());
        assertThrows(Damage.class, () -> ChunkHead.of(large.toBytes(), 0));
    }

    @Test
    void timesAndCoresSelect() {
        List<TraceEvent> events = RandomTrace.events(6, SEVERAL_CHUNKS);
        TraceReader reader = RandomTrace.reader(RandomTrace.file(events));
        long from = 1_000_000;
        long to = 1_200_000;
        BitSet cores = new BitSet();
        cores.set(3);
        cores.set(69);
        List<TraceEvent> expected = events.stream()
                .filter(e -> e.timePs() >= from && e.timePs() <= to && (e.core() == 3 || e.core() == 69))
                .toList();
        List<TraceEvent> read = new ArrayList<>();
        reader.read(from, to, cores, read::add);
        assertEquals(expected, read);
        assertTrue(!expected.isEmpty() && expected.size() < 100, expected::toString);
    }

    @Test
    void aVisitorThatHasSeenEnoughIsShownNoMore() {
        TraceReader reader = RandomTrace.reader(RandomTrace.file(RandomTrace.events(7, SEVERAL_CHUNKS)));
        List<TraceEvent> read = new ArrayList<>();
        reader.read(event -> {
            read.add(event);
            return read.size() < 17;
        });
        assertEquals(17, read.size());
    }

    @Test
    void nothingFollowsAFailedWrite() throws IOException {
        List<TraceEvent> events = RandomTrace.events(8, SEVERAL_CHUNKS);
        int space = RandomTrace.file(events).length / 2;
        FullDisk disk = new FullDisk(space);
        TraceWriter writer = new TraceWriter(disk, RandomTrace.HEADER);
        assertThrows(IOException.class, () -> {
            for (TraceEvent event : events) {
                writer.add(event);
            }
        });
        writer.close();
        assertEquals(space, disk.taken.size());
        TraceReader reader = RandomTrace.reader(disk.taken.toByteArray());
        List<TraceEvent> read = RandomTrace.all(reader);
        assertTrue(reader.isCut());
        assertTrue(read.size() > 1000, () -> "read only " + read.size());
        assertEquals(events.subList(0, read.size()), read);
    }

    @Test
    void addressesAreNamedAfterTheSymbolThatCoversThem() {
        assertEquals("beta", RandomTrace.HEADER.place(0xffffffff81000100L));
        assertEquals("beta+0x3f", RandomTrace.HEADER.place(0xffffffff8100013fL));
        assertEquals("", RandomTrace.HEADER.place(0xffffffff81000140L));
        assertEquals("label", RandomTrace.HEADER.place(0xffffffff81000200L));
        assertEquals("", RandomTrace.HEADER.place(0xffffffff81000201L));
        assertEquals("alpha+0x1", RandomTrace.HEADER.place(0x1001));
        assertEquals("", RandomTrace.HEADER.place(0xfff));
    }

    @Test
    void aBreakpointsTrapIsLookedForAtItsInt3() {
        assertEquals(0x1000, new TraceEvent.Trap(1, 0, 3, 0x1001).address());
        assertEquals(0x1001, new TraceEvent.Trap(1, 0, 6, 0x1001).address());
    }

    @Test
    void whatIsNoTraceIsToldInOneLine(@TempDir Path folder) throws IOException {
        Path text = folder.resolve("notes.txt");
        Files.writeString(text, "this is a text, not a trace");
        assertTrue(refusal(text).endsWith("is not a trace; name a file that run --trace wrote"));
        assertTrue(refusal(folder).contains("is a directory"));
        assertTrue(refusal(folder.resolve("none")).contains("does not exist"));
        Path newer = folder.resolve("newer.trace");
        byte[] file = RandomTrace.file(List.of());
        file[8] = 2;
        Files.write(newer, file);
        assertTrue(refusal(newer).contains("byte 8: version 2, but only 1 is known"), refusal(newer));
    }

    @Test
    void aFileOnDiskIsRead(@TempDir Path folder) throws IOException {
        List<TraceEvent> events = RandomTrace.events(9, SEVERAL_CHUNKS);
        Path file = folder.resolve("a.trace");
        Files.write(file, RandomTrace.file(events));
        try (TraceReader reader = TraceReader.open(file)) {
            assertEquals(events, RandomTrace.all(reader));
        }
    }

    private static String refusal(Path file) {
        InvalidDataFile e = assertThrows(InvalidDataFile.class, () -> TraceReader.open(file));
        assertEquals(1, e.getMessage().lines().count());
        return e.getMessage();
    }

    /** One file whose chunks have {@code each} events: the bytes of a writer whose chunks are full that early. */
    private static byte[] inSmallChunks(List<TraceEvent> events, int each) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        TraceWriter writer = new TraceWriter(out, RandomTrace.HEADER);
        for (int i = 0; i < events.size(); i++) {
            writer.add(events.get(i));
            if (i % each == each - 1) {
                writer.flush();
            }
        }
        writer.close();
        return out.toByteArray();
    }

    private static boolean isRefused(byte[] file, List<TraceEvent> events, String what) {
        List<TraceEvent> read = new ArrayList<>();
        try {
            RandomTrace.reader(file).read(read::add);
            assertEquals(events.subList(0, Math.min(events.size(), read.size())), read, what);
            return false;
        } catch (InvalidDataFile e) {
            assertOneLine(e, what);
            assertEquals(events.subList(0, Math.min(events.size(), read.size())), read, what);
            return true;
        } catch (RuntimeException | OutOfMemoryError e) {
            return fail(what, e);
        }
    }

    private static void assertOneLine(InvalidDataFile e, String what) {
        assertEquals(1, e.getMessage().lines().count(), what);
        assertTrue(e.getMessage().startsWith("fuzz.trace: "), what + ": " + e.getMessage());
        assertTrue(e.getMessage().length() < 300, what + ": " + e.getMessage());
    }

    private static final class FullDisk extends OutputStream {
        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final int space;

        FullDisk(int space) {
            this.space = space;
        }

        @Override
        public void write(int one) throws IOException {
            if (taken.size() == space) {
                throw new IOException("No space left on device");
            }
            taken.write(one);
        }
    }
}
