package dev.pokesim.emulator.memory;

import java.util.HexFormat;

/**
 * Up to 15 bytes of code, as a value.
 *
 * @param low bytes 0 to 7, little-endian
 * @param high bytes 8 to 14, little-endian
 * @param sizeBytes 0 to 15; bytes beyond are 0
 */
public record InstructionBytes(long low, long high, int sizeBytes) {
    /** The longest x86 instruction. */
    public static final int MAX_SIZE_BYTES = 15;

    public InstructionBytes {
        if (sizeBytes < 0 || sizeBytes > MAX_SIZE_BYTES) {
            throw new IllegalArgumentException("an instruction has at most 15 bytes, not " + sizeBytes);
        }
        low = sizeBytes >= 8 ? low : low & (1L << 8 * sizeBytes) - 1;
        high = sizeBytes <= 8 ? 0 : high & (1L << 8 * (sizeBytes - 8)) - 1;
    }

    /** From bytes given as 0 to 255 or -128 to 127. */
    public static InstructionBytes of(int... bytes) {
        long low = 0;
        long high = 0;
        for (int i = 0; i < bytes.length; i++) {
            long value = bytes[i] & 0xffL;
            if (i < 8) {
                low |= value << 8 * i;
            } else {
                high |= value << 8 * (i - 8);
            }
        }
        return new InstructionBytes(low, high, bytes.length);
    }

    /** From {@code sizeBytes} bytes of an array. */
    public static InstructionBytes of(byte[] bytes, int offset, int sizeBytes) {
        int[] values = new int[sizeBytes];
        for (int i = 0; i < sizeBytes; i++) {
            values[i] = bytes[offset + i];
        }
        return of(values);
    }

    /** One byte, 0 to 255. */
    public int byteAt(int index) {
        if (index < 0 || index >= sizeBytes) {
            throw new IndexOutOfBoundsException("byte " + index + " of " + sizeBytes);
        }
        return (int) (index < 8 ? low >>> 8 * index : high >>> 8 * (index - 8)) & 0xff;
    }

    /** The first {@code newSizeBytes} bytes. */
    public InstructionBytes prefix(int newSizeBytes) {
        return new InstructionBytes(low, high, Math.min(newSizeBytes, sizeBytes));
    }

    /** A new array with the bytes. */
    public byte[] toArray() {
        byte[] bytes = new byte[sizeBytes];
        for (int i = 0; i < sizeBytes; i++) {
            bytes[i] = (byte) byteAt(i);
        }
        return bytes;
    }

    /** Two hexadecimal digits a byte, separated by spaces. */
    @Override
    public String toString() {
        return HexFormat.ofDelimiter(" ").formatHex(toArray());
    }
}
