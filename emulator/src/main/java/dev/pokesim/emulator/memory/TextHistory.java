package dev.pokesim.emulator.memory;

import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Every store into executable pages, in the order in which memory took them. A <em>moment</em> is a number of stores: moment 0
 * is before the first. A core that has serialised at moment m may see, for each byte, the value it had at m or any later one;
 * so one number per core, its epoch, describes all the staleness that a fetch may show.
 *
 * @see "Intel SDM vol. 3A, Handling Self- and Cross-Modifying Code"
 */
public final class TextHistory {
    private static final byte INT3 = (byte) 0xcc;
    private static final int[] NONE = {};

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

    /** Whether any of {@code sizeBytes} bytes of a frame was written since a moment. */
    public boolean isWrittenSince(Frame frame, int offset, int sizeBytes, int epoch) {
        int[] newest = frame.newestWrite;
        if (newest == null || frame.lastTextMoment <= epoch) {
            return false;
        }
        for (int i = offset; i < offset + sizeBytes; i++) {
            int write = newest[i];
            if (write != 0 && momentBefore[write - 1] >= epoch) {
                return true;
            }
        }
        return false;
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

    /**
     * The moments before stores into some bytes of a frame: together with the present all moments at which they differ.
     *
     * @param from the first byte, {@code to} is behind the last
     * @param epoch earlier moments are left out
     * @return newest first, each once
     */
    public int[] momentsBefore(Frame frame, int from, int to, int epoch) {
        int[] newest = frame.newestWrite;
        if (newest == null) {
            return NONE;
        }
        int[] moments = new int[8];
        int count = 0;
        for (int offset = from; offset < to; offset++) {
            for (int write = newest[offset];
                    write != 0 && momentBefore[write - 1] >= epoch;
                    write = previous[write - 1]) {
                if (count == moments.length) {
                    moments = Arrays.copyOf(moments, 2 * count);
                }
                moments[count++] = momentBefore[write - 1];
            }
        }
        return newestFirst(Arrays.copyOf(moments, count), NONE);
    }

    /** The moments of both, newest first, each once. */
    public static int[] newestFirst(int[] some, int[] others) {
        return IntStream.concat(IntStream.of(some), IntStream.of(others))
                .map(moment -> -moment)
                .sorted()
                .distinct()
                .map(moment -> -moment)
                .toArray();
    }

    /**
     * Whether a byte changed after {@code epoch} without synchronisation: through a store that was not the core's own at the
     * address it fetches from.
     *
     * @param int3IsExempt whether to pass over changes to 0xCC and back from it
     */
    public boolean hasChanged(Frame frame, int offset, int epoch, int core, long linearAddress, boolean int3IsExempt) {
        int[] newest = frame.newestWrite;
        int write = newest == null ? 0 : newest[offset];
        while (write != 0 && momentBefore[write - 1] >= epoch) {
            int i = write - 1;
            boolean isOwn = writer[i] == core && linear[i] == linearAddress;
            boolean isInt3 = oldValue[i] == INT3 || newValue[i] == INT3;
            if (oldValue[i] != newValue[i] && !isOwn && !(int3IsExempt && isInt3)) {
                return true;
            }
            write = previous[i];
        }
        return false;
    }

    // ---- snapshots

    /** Appends the stores since a moment: they alone can matter. */
    void save(StateWriter out, int fromMoment) {
        int first = size;
        while (first > 0 && momentBefore[first - 1] >= fromMoment) {
            first--;
        }
        out.number(size - first);
        int momentOfLast = fromMoment;
        long linearOfLast = 0;
        for (int i = first; i < size; i++) {
            out.number(momentBefore[i] - momentOfLast);
            out.word(linear[i] - linearOfLast);
            out.number(writer[i]);
            out.number(oldValue[i] & 0xff);
            momentOfLast = momentBefore[i];
            linearOfLast = linear[i];
        }
        out.number(moment - momentOfLast);
    }

    /** Forgets all stores. */
    void clear(AddressSpace memory) {
        for (int i = 0; i < size; i++) {
            Frame frame = memory.frameForStore(linear[i]);
            Objects.requireNonNull(frame.newestWrite)[(int) linear[i] & Frame.SIZE_BYTES - 1] = 0;
            frame.lastTextMoment = 0;
        }
        size = 0;
        moment = 0;
    }

    /** Takes back what {@link #save} wrote, after {@link #clear} and with the bytes of memory in place. */
    void restore(StateReader in, AddressSpace memory) {
        int count = in.number();
        long address = 0;
        for (int i = 0; i < count; i++) {
            moment += in.number();
            address += in.word();
            int core = in.number();
            Frame frame = memory.frameForStore(address);
            int offset = (int) address & Frame.SIZE_BYTES - 1;
            record(frame, offset, 1, frame.byteAt(offset), core, address);
            oldValue[i] = (byte) in.number();
            if (previous[i] != 0) {
                newValue[previous[i] - 1] = oldValue[i];
            }
        }
        moment += in.number();
    }
}
