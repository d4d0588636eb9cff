package dev.pokesim.emulator.state;

import java.util.Arrays;

/**
 * Builds one vector of bytes from numbers. Equal sequences of calls give equal vectors and different ones different vectors, so
 * two states are the same exactly if their vectors are. Short: small numbers take a byte, addresses near known ones four.
 *
 * <p>A word is a tag, then up to eight bytes, little-endian:
 * <pre>
 * 00..bf  the value itself
 * c0..c7  a value of 1 to 8 bytes
 * c8..cb  the complement of a value of 1 to 4 bytes
 * d0..ff  an address in one of up to 48 regions of 16 MiB: its lower three bytes
 * </pre>
 */
public final class StateWriter {
    static final int RAW = 0xc0;
    static final int COMPLEMENT = 0xc8;
    static final int REGION = 0xd0;
    static final int MAX_REGIONS = 0x30;
    /** log2 of the size of a region. */
    static final int REGION_BITS = 24;

    private final long[] regions;
    private byte[] bytes = new byte[512];
    private int size;

    /**
     * @param regions the upper 40 bits of addresses that will be frequent; beyond the 48th they are not used
     */
    public StateWriter(long[] regions) {
        this.regions = Arrays.copyOf(regions, Math.min(regions.length, MAX_REGIONS));
    }

    /** Begins a new vector. */
    public void clear() {
        size = 0;
    }

    /** How many bytes the vector has so far. */
    public int sizeBytes() {
        return size;
    }

    /** The vector; valid up to {@link #sizeBytes()}, and until the next call. */
    public byte[] bytes() {
        return bytes;
    }

    /** A copy of the vector. */
    public byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    private void reserve(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }

    /** A number that is not negative; small ones are short. */
    public void number(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("a number in a state is not negative: " + value);
        }
        reserve(5);
        int rest = value;
        while (rest > 0x7f) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Any 64 bits. */
    public void word(long value) {
        reserve(9);
        if (value >= 0 && value < RAW) {
            bytes[size++] = (byte) value;
            return;
        }
        int count = significantBytes(value);
        if (count > 4) {
            for (int i = 0; i < regions.length; i++) {
                if (value >>> REGION_BITS == regions[i]) {
                    bytes[size++] = (byte) (REGION + i);
                    put(value, 3);
                    return;
                }
            }
            int complement = significantBytes(~value);
            if (complement <= 4) {
                bytes[size++] = (byte) (COMPLEMENT + complement - 1);
                put(~value, complement);
                return;
            }
        }
        bytes[size++] = (byte) (RAW + count - 1);
        put(value, count);
    }

    private static int significantBytes(long value) {
        return Math.max(1, 8 - (Long.numberOfLeadingZeros(value) >> 3));
    }

    private void put(long value, int count) {
        for (int i = 0; i < count; i++) {
            bytes[size++] = (byte) (value >>> 8 * i);
        }
    }

    /**
     * Some words of which few differ from known ones.
     *
     * @param base what they are compared with; the reader must know it
     * @param count at most 32
     */
    public void words(long[] values, long[] base, int count) {
        int changed = 0;
        for (int i = 0; i < count; i++) {
            changed |= values[i] == base[i] ? 0 : 1 << i;
        }
        word(changed & 0xffffffffL);
        for (int rest = changed; rest != 0; rest &= rest - 1) {
            word(values[Integer.numberOfTrailingZeros(rest)]);
        }
    }

    /** Up to 255 bytes as they are, without their count. */
    public void raw(byte[] values, int offset, int count) {
        reserve(count);
        System.arraycopy(values, offset, bytes, size, count);
        size += count;
    }
}
