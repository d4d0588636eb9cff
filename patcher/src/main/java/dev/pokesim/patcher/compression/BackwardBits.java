package dev.pokesim.patcher.compression;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A bit stream that is read from its end to its beginning; the highest set bit of the last byte marks the end. Source:
 * RFC 8878, "FSE", "Bitstream".
 */
final class BackwardBits {

    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] data;
    private final int start;

    /** Bits that are left; negative after reading more than there are, which gives zeroes. */
    private int left;

    BackwardBits(byte[] data, int start, int end) throws DamagedData {
        if (start >= end || data[end - 1] == 0) {
            throw new DamagedData("a bit stream has no end mark");
        }
        this.data = data;
        this.start = start;
        int last = Byte.toUnsignedInt(data[end - 1]);
        this.left = Byte.SIZE * (end - start - 1) + Integer.SIZE - 1 - Integer.numberOfLeadingZeros(last);
    }

    int left() {
        return left;
    }

    /** The next bits, without taking them: at most 32. */
    int peek(int count) {
        int from = left - count;
        if (from >= 0) {
            return (int) (wordAt(from) & (1L << count) - 1);
        }
        return left > 0 ? (int) ((wordAt(0) & (1L << left) - 1) << -from) : 0;
    }

    void skip(int count) {
        left -= count;
    }

    int take(int count) {
        int value = peek(count);
        left -= count;
        return value;
    }

    /** At least 57 bits from a bit on; behind the end of the data zeroes. */
    private long wordAt(int bit) {
        int at = start + (bit >> 3);
        if (at <= data.length - Long.BYTES) {
            return (long) WORD.get(data, at) >>> (bit & 7);
        }
        long word = 0;
        for (int i = data.length - 1; i >= at; i--) {
            word = word << Byte.SIZE | Byte.toUnsignedLong(data[i]);
        }
        return word >>> (bit & 7);
    }
}
