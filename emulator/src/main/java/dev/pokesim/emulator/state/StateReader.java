package dev.pokesim.emulator.state;

import java.util.Arrays;

/** Reads what a {@link StateWriter} with the same regions wrote, in the same order. */
public final class StateReader {
    private final long[] regions;
    private byte[] bytes = {};
    private int position;

    /**
     * @param regions those of the writer
     */
    public StateReader(long[] regions) {
        this.regions = Arrays.copyOf(regions, Math.min(regions.length, StateWriter.MAX_REGIONS));
    }

    /** Begins to read a vector. */
    public void open(byte[] vector, int offset) {
        bytes = vector;
        position = offset;
    }

    /** How far it has read: an index into the array that was opened. */
    public int position() {
        return position;
    }

    /** See {@link StateWriter#number}. */
    public int number() {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int next = bytes[position++];
            value |= (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    /** See {@link StateWriter#word}. */
    public long word() {
        int tag = bytes[position++] & 0xff;
        if (tag < StateWriter.RAW) {
            return tag;
        }
        if (tag >= StateWriter.REGION) {
            return regions[tag - StateWriter.REGION] << StateWriter.REGION_BITS | take(3);
        }
        if (tag >= StateWriter.COMPLEMENT) {
            return ~take(tag - StateWriter.COMPLEMENT + 1);
        }
        return take(tag - StateWriter.RAW + 1);
    }

    private long take(int count) {
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[position++] & 0xffL) << 8 * i;
        }
        return value;
    }

    /** See {@link StateWriter#words}. */
    public void words(long[] values, long[] base, int count) {
        System.arraycopy(base, 0, values, 0, count);
        for (int rest = (int) word(); rest != 0; rest &= rest - 1) {
            values[Integer.numberOfTrailingZeros(rest)] = word();
        }
    }

    /** See {@link StateWriter#raw}. */
    public void raw(byte[] values, int offset, int count) {
        System.arraycopy(bytes, position, values, offset, count);
        position += count;
    }
}
