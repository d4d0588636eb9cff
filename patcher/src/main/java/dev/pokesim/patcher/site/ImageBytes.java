package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Arrays;
import java.util.HexFormat;

/** Bytes of an image that nobody can change; equal when the bytes are. */
public final class ImageBytes {

    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    private final byte[] bytes;

    private ImageBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A copy of the given bytes. */
    public static ImageBytes copyOf(byte... bytes) {
        return new ImageBytes(bytes.clone());
    }

    /** The given bytes themselves, which nobody may change any more: for arrays of tens of megabytes just made. */
    static ImageBytes ofUnshared(byte[] bytes) {
        return new ImageBytes(bytes);
    }

    /** From text such as {@code "0f 1f 44 00 00"}. */
    public static ImageBytes ofHex(String hex) {
        return new ImageBytes(HEX.parseHex(hex));
    }

    public int sizeBytes() {
        return bytes.length;
    }

    /** The byte at an offset from 0 on, as an unsigned value, 0 to 255. */
    public int unsignedAt(int offset) {
        return Byte.toUnsignedInt(bytes[offset]);
    }

    /**
     * A little-endian value.
     *
     * @param offset of its first byte
     * @param sizeBytes 1 to 8
     * @return the value, sign-extended to 64 bits
     * @throws IndexOutOfBoundsException if it does not lie inside
     */
    public long signedAt(int offset, int sizeBytes) {
        long value = 0;
        for (int i = sizeBytes - 1; i >= 0; i--) {
            value = value << 8 | unsignedAt(offset + i);
        }
        int unusedBits = Long.SIZE - Byte.SIZE * sizeBytes;
        return value << unusedBits >> unusedBits;
    }

    /**
     * A part.
     *
     * @throws IndexOutOfBoundsException if it does not lie inside
     */
    public ImageBytes slice(int offset, int sizeBytes) {
        if (offset < 0 || sizeBytes < 0 || offset > bytes.length - sizeBytes) {
            throw new IndexOutOfBoundsException(sizeBytes + " bytes at offset " + offset + " of " + bytes.length);
        }
        return new ImageBytes(Arrays.copyOfRange(bytes, offset, offset + sizeBytes));
    }

    /**
     * The bytes of one instruction.
     *
     * @param sizeBytes 0 to 15
     * @throws IndexOutOfBoundsException if it does not lie inside
     */
    public InstructionBytes instruction(int offset, int sizeBytes) {
        return InstructionBytes.of(bytes, offset, sizeBytes);
    }

    /** Whether these bytes stand at an offset of the other ones; false if they would not fit there. */
    public boolean standsIn(ImageBytes other, int offset) {
        return offset >= 0
                && offset <= other.bytes.length - bytes.length
                && Arrays.equals(bytes, 0, bytes.length, other.bytes, offset, offset + bytes.length);
    }

    /** Where these bytes stand first in the other ones, from an offset on; -1 if nowhere. */
    int firstIn(ImageBytes other, int from) {
        int last = other.bytes.length - bytes.length;
        for (int offset = from; offset <= last; offset++) {
            if (other.bytes[offset] == bytes[0] && standsIn(other, offset)) {
                return offset;
            }
        }
        return -1;
    }

    /** A copy, for those who map it into a machine. */
    public byte[] toArray() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageBytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** As objdump prints it: {@code 0f 1f 44 00 00}. */
    @Override
    public String toString() {
        return HEX.formatHex(bytes);
    }
}
