package dev.pokesim.emulator.core;

import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;

/**
 * The stores that a core has executed and memory has not seen yet, oldest first. The core's own loads look here first.
 *
 * @see "Sewell, Sarkar, Owens, Zappa Nardelli, Myreen: x86-TSO, CACM 2010"
 */
public final class StoreBuffer {
    /** How many stores it holds; the next one waits. The size of common server cores; no verdict depends on it. */
    public static final int CAPACITY = 56;

    private final long[] addresses = new long[CAPACITY];
    private final long[] values = new long[CAPACITY];
    private final int[] sizes = new int[CAPACITY];
    private final boolean[] text = new boolean[CAPACITY];
    private int textCount;
    private int head;
    private int count;

    public boolean isEmpty() {
        return count == 0;
    }

    public boolean isFull() {
        return count == CAPACITY;
    }

    /** How many stores wait. */
    public int count() {
        return count;
    }

    /** Linear address of the oldest store. */
    public long oldestAddress() {
        return addresses[head];
    }

    /** Value of the oldest store. */
    public long oldestValue() {
        return values[head];
    }

    /** Size of the oldest store in bytes. */
    public int oldestSizeBytes() {
        return sizes[head];
    }

    /** Whether one of the stores goes to an executable frame, so that the core's own fetches must look here. */
    public boolean hasText() {
        return textCount != 0;
    }

    /** Forgets the oldest store: memory has it now. */
    public void removeOldest() {
        textCount -= text[head] ? 1 : 0;
        head = (head + 1) % CAPACITY;
        count--;
    }

    /**
     * Appends a store.
     *
     * @param isText whether it goes to an executable frame
     */
    public void add(long address, int sizeBytes, long value, boolean isText) {
        if (isFull()) {
            throw new IllegalStateException("store buffer is full");
        }
        int slot = (head + count++) % CAPACITY;
        addresses[slot] = address;
        sizes[slot] = sizeBytes;
        values[slot] = value;
        text[slot] = isText;
        textCount += isText ? 1 : 0;
    }

    /** Lays the buffered bytes over what memory has: the newest store of each byte wins. */
    public long forward(long address, int sizeBytes, long memory) {
        long value = memory;
        for (int i = 0; i < count; i++) {
            int slot = (head + i) % CAPACITY;
            long distance = addresses[slot] - address;
            if (distance > -8 && distance < sizeBytes) {
                for (int k = 0; k < sizes[slot]; k++) {
                    long at = distance + k;
                    if (at >= 0 && at < sizeBytes) {
                        int bit = (int) at * 8;
                        value = value & ~(0xffL << bit) | (values[slot] >>> 8 * k & 0xff) << bit;
                    }
                }
            }
        }
        return value;
    }

    /** Appends the stores that wait. */
    void save(StateWriter out) {
        out.number(count);
        for (int i = 0; i < count; i++) {
            int slot = (head + i) % CAPACITY;
            out.word(addresses[slot]);
            out.number(sizes[slot]);
            out.word(sizes[slot] == 8 ? values[slot] : values[slot] & (1L << 8 * sizes[slot]) - 1);
        }
    }

    /** Takes back what {@link #save} wrote. */
    void restore(StateReader in, AddressSpace memory) {
        head = 0;
        count = 0;
        textCount = 0;
        for (int rest = in.number(); rest > 0; rest--) {
            long address = in.word();
            int sizeBytes = in.number();
            add(address, sizeBytes, in.word(), memory.frameForStore(address).holdsText());
        }
    }

    /** Whether a buffered store touches any of these bytes. */
    public boolean overlaps(long address, int sizeBytes) {
        for (int i = 0; i < count; i++) {
            int slot = (head + i) % CAPACITY;
            long distance = addresses[slot] - address;
            if (distance > -sizes[slot] && distance < sizeBytes) {
                return true;
            }
        }
        return false;
    }

    /** Whether one buffered store has all of these bytes, so that a load need not ask memory. */
    public boolean covers(long address, int sizeBytes) {
        for (int i = count - 1; i >= 0; i--) {
            int slot = (head + i) % CAPACITY;
            long distance = address - addresses[slot];
            if (distance >= 0 && distance + sizeBytes <= sizes[slot]) {
                return true;
            }
            if (-distance < sizeBytes && distance < sizes[slot]) {
                return false;
            }
        }
        return false;
    }
}
