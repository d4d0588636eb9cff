package dev.pokesim.emulator.trace;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** States of a run between the chunks of events. */
class TraceSnapshotTest {
    private static final int STATES = 5;
    private static final int EVENTS = 20;

    private static byte[] state(int index) {
        byte[] state = new byte[1 + 300 * index];
        new Random(index).nextBytes(state);
        return state;
    }

    private static byte[] file() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TraceWriter writer = new TraceWriter(out, RandomTrace.HEADER)) {
            for (int i = 0; i < STATES; i++) {
                for (TraceEvent event : RandomTrace.events(i, EVENTS)) {
                    writer.add(event);
                }
                writer.flush();
                writer.snapshot(10L * i + 10, 1000L * i, state(i), state(i).length);
            }
            writer.snapshot(10L * STATES, 5000, new byte[0], 0);
        }
        return out.toByteArray();
    }

    private static List<TraceReader.Snapshot> written() {
        List<TraceReader.Snapshot> all = new ArrayList<>();
        for (int i = 0; i < STATES; i++) {
            all.add(new TraceReader.Snapshot(10L * i + 10, 1000L * i, state(i).length));
        }
        all.add(new TraceReader.Snapshot(10L * STATES, 5000, 0));
        return all;
    }

    @Test
    void whatIsKeptIsReadAndNoEventIsTouchedByIt() throws IOException {
        TraceReader reader = RandomTrace.reader(file());
        assertEquals(written(), reader.snapshots());
        for (int i = 0; i < STATES; i++) {
            assertArrayEquals(state(i), reader.state(i));
        }
        assertEquals(STATES * EVENTS, reader.eventCount());
        assertEquals(STATES * EVENTS, RandomTrace.all(reader).size());
        List<TraceEvent> last = new ArrayList<>();
        reader.readLast(last::add);
        assertEquals(RandomTrace.events(STATES - 1, EVENTS), last);
    }

    @Test
    void whereTheFileIsCutTheStatesBeforeAreThere() throws IOException {
        byte[] file = file();
        int most = 0;
        for (int length = 0; length < file.length; length++) {
            List<TraceReader.Snapshot> found;
            try {
                found = RandomTrace.reader(Arrays.copyOf(file, length)).snapshots();
            } catch (InvalidDataFile insideTheHeader) {
                continue;
            }
            assertEquals(written().subList(0, found.size()), found);
            assertTrue(found.size() >= most, "at " + length);
            most = found.size();
        }
        assertEquals(STATES + 1, most);
    }

    @Test
    void changedBytesAreRefusedOrChangeNothing() throws IOException {
        byte[] good = file();
        for (int round = 0; round < 5_000; round++) {
            Random random = new Random(round);
            byte[] bytes = good.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                TraceReader reader = RandomTrace.reader(bytes);
                List<TraceReader.Snapshot> found = reader.snapshots();
                assertEquals(written().subList(0, found.size()), found, "round " + round);
                for (int i = 0; i < Math.min(STATES, found.size()); i++) {
                    assertArrayEquals(state(i), reader.state(i), "round " + round);
                }
            } catch (InvalidDataFile refusal) {
                assertEquals(1, String.valueOf(refusal.getMessage()).lines().count(), refusal::getMessage);
            } catch (RuntimeException bug) {
                fail("round " + round, bug);
            }
        }
    }

    @Test
    void statesInNoOrderAreRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (TraceWriter writer = new TraceWriter(out, RandomTrace.HEADER)) {
            writer.snapshot(20, 0, state(1), 10);
            writer.snapshot(20, 0, state(1), 10);
        }
        TraceReader reader = RandomTrace.reader(out.toByteArray());
        InvalidDataFile refusal = assertThrows(InvalidDataFile.class, reader::snapshots);
        assertTrue(String.valueOf(refusal.getMessage()).contains("cannot follow"), refusal::getMessage);
    }
}
