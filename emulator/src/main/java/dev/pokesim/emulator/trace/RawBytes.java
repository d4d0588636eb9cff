package dev.pokesim.emulator.trace;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;

/** Bytes to be compressed: LEB128 numbers and texts. */
final class RawBytes extends ByteArrayOutputStream {
    private static final int LEVEL = 1;

    RawBytes() {
        super(1 << 12);
    }

    /** Seven bits a byte, low ones first, the top bit set on all but the last. */
    void varint(long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        write((int) rest);
    }

    /** Small numbers of either sign become small ones: 0, -1, 1, -2. */
    void signed(long value) {
        varint(value << 1 ^ value >> 63);
    }

    void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        varint(bytes.length);
        writeBytes(bytes);
    }

    /** All of it as a zlib stream. */
    byte[] deflated() {
        Deflater deflater = new Deflater(LEVEL);
        try {
            deflater.setInput(buf, 0, count);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(count / 2 + 64);
            byte[] block = new byte[1 << 13];
            while (!deflater.finished()) {
                out.write(block, 0, deflater.deflate(block));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }
}
