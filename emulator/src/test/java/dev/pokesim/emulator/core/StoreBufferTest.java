package dev.pokesim.emulator.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against a queue of stores that are applied to a copy of memory one byte at a time. */
class StoreBufferTest {
    private static final long BASE = 0xffff_ffff_ffff_ffe0L; // the bytes wrap around the address space, as addresses do
    private static final int SIZE = 64;

    private record Pending(int offset, int sizeBytes, long value, boolean isText) {
        void applyTo(byte[] bytes) {
            for (int i = 0; i < sizeBytes; i++) {
                bytes[offset + i] = (byte) (value >>> 8 * i);
            }
        }

        boolean touches(int from, int size) {
            return offset < from + size && from < offset + sizeBytes;
        }
    }

    private static long read(byte[] bytes, int offset, int sizeBytes) {
        long value = 0;
        for (int i = 0; i < sizeBytes; i++) {
            value |= (bytes[offset + i] & 0xffL) << 8 * i;
        }
        return value;
    }

    @Test
    void aLoadSeesTheNewestStoreOfEachByte() {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            StoreBuffer buffer = new StoreBuffer();
            Deque<Pending> pending = new ArrayDeque<>();
            byte[] memory = new byte[SIZE];
            random.nextBytes(memory);
            for (int step = 0; step < 500; step++) {
                if (random.nextInt(3) == 0 && !buffer.isEmpty()) {
                    Pending oldest = pending.remove();
                    assertEquals(BASE + oldest.offset, buffer.oldestAddress());
                    assertEquals(oldest.sizeBytes, buffer.oldestSizeBytes());
                    assertEquals(oldest.value, buffer.oldestValue());
                    buffer.removeOldest();
                    oldest.applyTo(memory);
                } else if (!buffer.isFull()) {
                    int sizeBytes = 1 + random.nextInt(8);
                    Pending store = new Pending(
                            random.nextInt(SIZE - sizeBytes), sizeBytes, random.nextLong(), random.nextInt(8) == 0);
                    pending.add(store);
                    buffer.add(BASE + store.offset, store.sizeBytes, store.value, store.isText);
                }
                assertEquals(pending.size(), buffer.count());
                assertEquals(pending.isEmpty(), buffer.isEmpty());
                assertEquals(pending.stream().anyMatch(Pending::isText), buffer.hasText());

                byte[] expected = memory.clone();
                pending.forEach(store -> store.applyTo(expected));
                int sizeBytes = 1 + random.nextInt(8);
                int offset = random.nextInt(SIZE - sizeBytes);
                assertEquals(
                        read(expected, offset, sizeBytes),
                        buffer.forward(BASE + offset, sizeBytes, read(memory, offset, sizeBytes)),
                        "seed " + seed + ", step " + step);
                assertEquals(
                        pending.stream().anyMatch(store -> store.touches(offset, sizeBytes)),
                        buffer.overlaps(BASE + offset, sizeBytes));
                assertEquals(coversExpected(pending, offset, sizeBytes), buffer.covers(BASE + offset, sizeBytes));
            }
        }
    }

    /** The newest store that touches any of the bytes has all of them. */
    private static boolean coversExpected(Deque<Pending> pending, int offset, int sizeBytes) {
        Pending newest = null;
        for (Pending store : pending) {
            newest = store.touches(offset, sizeBytes) ? store : newest;
        }
        return newest != null && newest.offset <= offset && newest.offset + newest.sizeBytes >= offset + sizeBytes;
    }

    @Test
    void isFullAtItsCapacityAndTakesNoMore() {
        StoreBuffer buffer = new StoreBuffer();
        for (int i = 0; i < StoreBuffer.CAPACITY; i++) {
            assertFalse(buffer.isFull());
            buffer.add(BASE + i, 1, i, false);
        }
        assertTrue(buffer.isFull());
        assertThrows(IllegalStateException.class, () -> buffer.add(BASE, 1, 0, false));
        buffer.removeOldest();
        assertFalse(buffer.isFull());
        assertEquals(BASE + 1, buffer.oldestAddress());
    }
}
