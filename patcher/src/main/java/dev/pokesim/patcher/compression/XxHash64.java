package dev.pokesim.patcher.compression;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The checksum of a Zstandard frame: XXH64 with seed 0. Source: xxHash project, "xxHash fast digest algorithm". */
final class XxHash64 {

    private static final long PRIME_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME_3 = 0x165667B19E3779F9L;
    private static final long PRIME_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME_5 = 0x27D4EB2F165667C5L;
    private static final int STRIPE_BYTES = 32;

    private XxHash64() {}

    static long of(byte[] data, int start, int end) {
        ByteBuffer in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        int at = start;
        long hash;
        if (end - start >= STRIPE_BYTES) {
            long b = PRIME_2;
            long a = b + PRIME_1;
            long c = 0;
            long d = -PRIME_1;
            for (; at <= end - STRIPE_BYTES; at += STRIPE_BYTES) {
                a = round(a, in.getLong(at));
                b = round(b, in.getLong(at + 8));
                c = round(c, in.getLong(at + 16));
                d = round(d, in.getLong(at + 24));
            }
            hash = Long.rotateLeft(a, 1) + Long.rotateLeft(b, 7) + Long.rotateLeft(c, 12) + Long.rotateLeft(d, 18);
            hash = merge(merge(merge(merge(hash, a), b), c), d);
        } else {
            hash = PRIME_5;
        }
        hash += end - start;
        for (; at <= end - 8; at += 8) {
            hash = Long.rotateLeft(hash ^ round(0, in.getLong(at)), 27) * PRIME_1 + PRIME_4;
        }
        if (at <= end - 4) {
            hash = Long.rotateLeft(hash ^ Integer.toUnsignedLong(in.getInt(at)) * PRIME_1, 23) * PRIME_2 + PRIME_3;
            at += 4;
        }
        for (; at < end; at++) {
            hash = Long.rotateLeft(hash ^ Byte.toUnsignedLong(data[at]) * PRIME_5, 11) * PRIME_1;
        }
        hash = (hash ^ hash >>> 33) * PRIME_2;
        hash = (hash ^ hash >>> 29) * PRIME_3;
        return hash ^ hash >>> 32;
    }

    private static long round(long accumulator, long lane) {
        return Long.rotateLeft(accumulator + lane * PRIME_2, 31) * PRIME_1;
    }

    private static long merge(long hash, long accumulator) {
        return (hash ^ round(0, accumulator)) * PRIME_1 + PRIME_4;
    }
}
