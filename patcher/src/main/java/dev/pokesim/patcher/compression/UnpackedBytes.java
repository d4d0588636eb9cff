package dev.pokesim.patcher.compression;

import java.util.Arrays;

/** What has been unpacked so far; earlier bytes can be repeated. Grows up to a limit, whatever the compressed data says. */
final class UnpackedBytes {

    private final int limitBytes;
    private byte[] bytes;
    private int sizeBytes;

    /**
     * Nothing yet.
     *
     * @param expectedBytes the room to begin with
     * @param limitBytes how much it may become
     */
    UnpackedBytes(int expectedBytes, int limitBytes) {
        this.limitBytes = limitBytes;
        this.bytes = new byte[Math.min(expectedBytes, limitBytes)];
    }

    int sizeBytes() {
        return sizeBytes;
    }

    /** The array that holds the bytes up to {@link #sizeBytes}; it is another one after the next change. */
    byte[] array() {
        return bytes;
    }

    /** All of it; not to be used any more afterwards. */
    byte[] toArray() {
        return sizeBytes == bytes.length ? bytes : Arrays.copyOf(bytes, sizeBytes);
    }

    void append(byte[] source, int offset, int count) throws DamagedData {
        reserve(count);
        System.arraycopy(source, offset, bytes, sizeBytes, count);
        sizeBytes += count;
    }

    void fill(byte value, int count) throws DamagedData {
        reserve(count);
        Arrays.fill(bytes, sizeBytes, sizeBytes + count, value);
        sizeBytes += count;
    }

    /**
     * Repeats earlier bytes; those that this very call appends count, too.
     *
     * @param distance from the end back to the first one
     * @param firstAllowed where the data begins that may be repeated
     */
    void repeat(long distance, int count, int firstAllowed) throws DamagedData {
        if (distance <= 0 || distance > sizeBytes - firstAllowed) {
            throw new DamagedData("it repeats bytes from before its beginning");
        }
        reserve(count);
        int from = sizeBytes - (int) distance;
        if (distance >= count) {
            System.arraycopy(bytes, from, bytes, sizeBytes, count);
        } else {
            for (int i = 0; i < count; i++) {
                bytes[sizeBytes + i] = bytes[from + i];
            }
        }
        sizeBytes += count;
    }

    private void reserve(int count) throws DamagedData {
        if (count > limitBytes - sizeBytes) {
            throw new DamagedData("it unpacks to more than " + limitBytes + " bytes");
        }
        if (count > bytes.length - sizeBytes) {
            long doubled = Math.max(2L * bytes.length, sizeBytes + (long) count);
            bytes = Arrays.copyOf(bytes, (int) Math.min(doubled, limitBytes));
        }
    }
}
