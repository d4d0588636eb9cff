package dev.pokesim.emulator.memory;

import java.util.Arrays;

/**
 * Every store into executable pages, in the order in which memory took them. A <em>moment</em> is a number of stores: moment 0
 * is before the first. A core that has serialised at moment m may see, for each byte, the value it had at m or any later one;
 * so one number per core, its epoch, describes all the staleness that a fetch may show.
 *
 * @see "Intel SDM vol. 3A, Handling Self- and Cross-Modifying Code"
 */
public final class TextHistory {
    /** Per written byte: the moment before its store. */
    private int[] momentBefore = new int[64];

    private byte[] oldValue = new byte[64];
    private byte[] newValue = new byte[64];
    /** Per written byte: index plus 1 of the write before it into the same byte; 0 if none. */
    private int[] previous = new int[64];

    private int[] writer = new int[64];
    private long[] linear = new long[64];
    private int size;
    private int moment;

    /** The present moment: how many stores there have been. */
    public int moment() {
        return moment;
    }

    /** Records one store, before {@code frame} takes it. */
    void record(Frame frame, int offset, int sizeBytes, long value, int core, long linearAddress) {
        int[] newest = frame.newestWrite;
        if (newest == null) {
            newest = new int[Frame.SIZE_BYTES];
            frame.newestWrite = newest;
        }
        for (int i = 0; i < sizeBytes; i++) {
            grow();
            momentBefore[size] = moment;
            oldValue[size] = frame.bytes[offset + i];
            newValue[size] = (byte) (value >>> 8 * i);
            previous[size] = newest[offset + i];
            writer[size] = core;
            linear[size] = linearAddress + i;
            newest[offset + i] = ++size;
        }
        frame.lastTextMoment = moment + 1;
    }

    /** Ends the store whose parts were given to {@link #record}. */
    void endStore() {
        moment++;
    }

    private void grow() {
        if (size == momentBefore.length) {
            int capacity = size * 2;
            momentBefore = Arrays.copyOf(momentBefore, capacity);
            oldValue = Arrays.copyOf(oldValue, capacity);
            newValue = Arrays.copyOf(newValue, capacity);
            previous = Arrays.copyOf(previous, capacity);
            writer = Arrays.copyOf(writer, capacity);
            linear = Arrays.copyOf(linear, capacity);
        }
    }

    /**
     * The moments at which the byte at {@code offset} changed, as far as a core may still see the value from before.
     *
     * @param epoch the moment past which the core has serialised
     * @param core a core sees its own stores at once when it fetches through the address it wrote through; through an alias
     *     it does not
     * @param linearAddress the address the core fetches through
     * @return how many older values besides the present one are visible, 0 if none
     */
    public int staleValues(Frame frame, int offset, int epoch, int core, long linearAddress) {
        int[] newest = frame.newestWrite;
        int count = 0;
        int write = newest == null ? 0 : newest[offset];
        while (write != 0 && momentBefore[write - 1] >= epoch) {
            if (writer[write - 1] == core && linear[write - 1] == linearAddress) {
                break;
            }
            count++;
            write = previous[write - 1];
        }
        return count;
    }

    /** The value of a byte {@code age} writes ago; age 0 is memory's present value. */
    public int valueAt(Frame frame, int offset, int age) {
        if (age == 0) {
            return frame.byteAt(offset);
        }
        int[] newest = frame.newestWrite;
        int write = newest == null ? 0 : newest[offset];
        for (int i = 1; i < age; i++) {
            write = previous[write - 1];
        }
        return oldValue[write - 1] & 0xff;
    }

    /** The value a byte had at a moment; {@code atMoment} equal to {@link #moment()} is the present. */
    public int valueAtMoment(Frame frame, int offset, int atMoment) {
        int value = frame.byteAt(offset);
        int[] newest = frame.newestWrite;
        int write = newest == null ? 0 : newest[offset];
        while (write != 0 && momentBefore[write - 1] >= atMoment) {
            value = oldValue[write - 1] & 0xff;
            write = previous[write - 1];
        }
        return value;
    }

    /** The earliest moment that a core may see of the byte: its epoch, or its own newest store through that address. */
    public int earliestMoment(Frame frame, int offset, int epoch, int core, long linearAddress) {
        int[] newest = frame.newestWrite;
        int write = newest == null ? 0 : newest[offset];
        while (write != 0 && momentBefore[write - 1] >= epoch) {
            if (writer[write - 1] == core && linear[write - 1] == linearAddress) {
                return momentBefore[write - 1] + 1;
            }
            write = previous[write - 1];
        }
        return epoch;
    }

    /** Whether any store after {@code epoch} wrote something else than {@code value} into the byte. */
    public boolean wroteOtherThan(Frame frame, int offset, int epoch, int value) {
        int[] newest = frame.newestWrite;
        int write = newest == null ? 0 : newest[offset];
        while (write != 0 && momentBefore[write - 1] >= epoch) {
            if ((newValue[write - 1] & 0xff) != value) {
                return true;
            }
            write = previous[write - 1];
        }
        return false;
    }
}
