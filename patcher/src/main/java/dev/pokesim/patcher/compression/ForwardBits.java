package dev.pokesim.patcher.compression;

/** Bytes, and bits from the lowest of each byte on. Reading over the end is an error, never a value. */
final class ForwardBits {

    private final byte[] data;
    private final int end;
    private int at;
    private int bit;

    ForwardBits(byte[] data, int start, int end) {
        this.data = data;
        this.at = start;
        this.end = end;
    }

    /** Offset of the next byte; only between bytes. */
    int at() {
        return at;
    }

    int left() {
        return end - at;
    }

    /** A little-endian value of 0 to 4 bytes, unsigned. */
    long bytes(int count) throws DamagedData {
        int from = skipBytes(count);
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << Byte.SIZE | Byte.toUnsignedLong(data[from + i]);
        }
        return value;
    }

    int unsignedByte() throws DamagedData {
        return (int) bytes(1);
    }

    /** Takes bytes without looking at them; returns the offset of the first. */
    int skipBytes(int count) throws DamagedData {
        if (count > end - at) {
            throw new DamagedData("it is cut off");
        }
        at += count;
        return at - count;
    }

    /** The next bits, at most 16; zeroes behind the end, which must not be taken. */
    int peek(int count) {
        int value = 0;
        for (int i = 2; i >= 0; i--) {
            value = value << Byte.SIZE | (at + i < end ? Byte.toUnsignedInt(data[at + i]) : 0);
        }
        return value >> bit & (1 << count) - 1;
    }

    void skip(int count) throws DamagedData {
        int bits = bit + count;
        skipBytes(bits >> 3);
        bit = bits & 7;
        if (bit > 0 && at == end) {
            throw new DamagedData("it is cut off");
        }
    }

    int take(int count) throws DamagedData {
        int value = peek(count);
        skip(count);
        return value;
    }

    void alignToByte() {
        if (bit > 0) {
            at++;
            bit = 0;
        }
    }
}
