package dev.pokesim.emulator.trace;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Reads what {@link RawBytes} wrote; every wrong byte is a {@link Damage}. */
final class RawInput {
    private static final int MAX_VARINT_BYTES = 10;

    private final byte[] bytes;
    private int at;

    RawInput(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A zlib stream of {@code rawBytes} bytes. */
    static RawInput inflated(byte[] stored, int rawBytes) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(stored);
            byte[] raw = new byte[rawBytes];
            int size = 0;
            while (size < rawBytes) {
                int more = inflater.inflate(raw, size, rawBytes - size);
                if (more == 0) {
                    throw new Damage("a chunk is shorter than its head says");
                }
                size += more;
            }
            if (inflater.inflate(new byte[1]) != 0 || !inflater.finished() || inflater.getRemaining() != 0) {
                throw new Damage("a chunk is longer than its head says");
            }
            return new RawInput(raw);
        } catch (DataFormatException e) {
            throw new Damage("a chunk is no zlib stream");
        } finally {
            inflater.end();
        }
    }

    boolean isAtEnd() {
        return at == bytes.length;
    }

    int u8() {
        if (at == bytes.length) {
            throw new Damage("a chunk ends inside an event");
        }
        return bytes[at++] & 0xff;
    }

    long varint() {
        long value = 0;
        for (int i = 0; i < MAX_VARINT_BYTES; i++) {
            int next = u8();
            value |= (long) (next & 0x7f) << 7 * i;
            if (next < 0x80) {
                return value;
            }
        }
        throw new Damage("a number of more than 64 bits");
    }

    long signed() {
        long value = varint();
        return value >>> 1 ^ -(value & 1);
    }

    /** A number from 0 to {@code max}. */
    int count(int max) {
        long value = varint();
        if (value < 0 || value > max) {
            throw new Damage("a number beyond " + max);
        }
        return (int) value;
    }

    byte[] bytes(int sizeBytes) {
        if (sizeBytes > bytes.length - at) {
            throw new Damage("a chunk ends inside an event");
        }
        byte[] some = java.util.Arrays.copyOfRange(bytes, at, at + sizeBytes);
        at += sizeBytes;
        return some;
    }

    /** A text of at most {@code maxChars} characters. */
    String text(int maxChars) {
        // a character of UTF-16 takes at most three bytes of UTF-8
        byte[] utf8 = bytes(count(3 * maxChars));
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
            if (text.length() > maxChars) {
                throw new Damage("a text of more than " + maxChars + " characters");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new Damage("a text is not UTF-8");
        }
    }
}
