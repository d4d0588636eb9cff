package dev.pokesim.patcher.site;

import dev.pokesim.patcher.compression.Compression;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A kernel as boot loaders take it: setup code with a header, then the protected-mode part, in which the compressed ELF
 * file lies. Source: Linux Documentation/arch/x86/boot.rst, "The Real-Mode Kernel Header".
 */
final class BzImage {

    private static final int SETUP_SECTS = 0x1f1;
    private static final int BOOT_FLAG = 0x1fe;
    private static final int BOOT_FLAG_VALUE = 0xaa55;
    private static final int HEADER = 0x202;
    private static final int HEADER_VALUE = 'H' | 'd' << 8 | 'r' << 16 | 'S' << 24;
    private static final int VERSION = 0x206;
    private static final int PAYLOAD_OFFSET = 0x248;
    private static final int PAYLOAD_LENGTH = 0x24c;
    private static final int HEADER_END = 0x250;
    private static final int SECTOR_BYTES = 512;
    private static final int OLDEST_SETUP_SECTS = 4;
    private static final int VERSION_WITH_PAYLOAD = 0x208;
    private static final int ELF_VALUE = 0x7f | 'E' << 8 | 'L' << 16 | 'F' << 24;

    private final String file;
    private final byte[] bytes;
    private final ByteBuffer content;

    /**
     * Prepares to unpack.
     *
     * @param file its name in messages
     * @param content a file for which {@link #is} holds; not copied and not changed
     */
    BzImage(String file, byte[] content) {
        this.file = file;
        this.bytes = content;
        this.content = buffer(content);
    }

    /** Whether a file has the boot sector and the header of a kernel. */
    static boolean is(byte[] content) {
        return content.length >= VERSION
                && Short.toUnsignedInt(buffer(content).getShort(BOOT_FLAG)) == BOOT_FLAG_VALUE
                && buffer(content).getInt(HEADER) == HEADER_VALUE;
    }

    /** The kernel's ELF file; relocations may follow it. */
    byte[] elf() {
        if (content.capacity() < HEADER_END) {
            throw damaged("is a bzImage of " + content.capacity() + " bytes, shorter than its header");
        }
        int version = content.getShort(VERSION);
        if (version < VERSION_WITH_PAYLOAD) {
            throw new InvalidInput(
                    file,
                    "is a bzImage of boot protocol " + (version >> 8) + "." + (version & 0xff)
                            + ", which does not tell where the kernel lies",
                    "unpack it with the kernel's scripts/extract-vmlinux first");
        }
        int setupSects = Byte.toUnsignedInt(content.get(SETUP_SECTS));
        long protectedMode = (setupSects == 0 ? OLDEST_SETUP_SECTS : setupSects) * SECTOR_BYTES + SECTOR_BYTES;
        long start = protectedMode + Integer.toUnsignedLong(content.getInt(PAYLOAD_OFFSET));
        long end = start + Integer.toUnsignedLong(content.getInt(PAYLOAD_LENGTH));
        if (end - start < 2 * Integer.BYTES || end > content.capacity()) {
            throw damaged("the payload of the bzImage (bytes " + start + " to " + end
                    + ") does not lie inside the file of " + content.capacity() + " bytes");
        }
        return elf((int) start, (int) end);
    }

    private byte[] elf(int start, int end) {
        Compression compression = Compression.at(bytes, start)
                .orElseThrow(() -> content.getInt(start) == ELF_VALUE
                        ? new InvalidInput(file, "is a bzImage whose kernel is not compressed", "name the vmlinux")
                        : new InvalidInput(
                                file,
                                "is a bzImage with a payload that is not gzip, xz, lzma, lz4 or zstd (it begins with "
                                        + ImageBytes.copyOf(bytes).slice(start, Integer.BYTES) + ")",
                                "unpack it with the kernel's scripts/extract-vmlinux first"));
        // The build appends the size for the decompressor; gzip ends with it anyway.
        long sizeBytes = Integer.toUnsignedLong(content.getInt(end - Integer.BYTES));
        int limitBytes = PackedElf.limitBytes(end - start);
        if (sizeBytes > limitBytes) {
            throw damaged("the kernel in the bzImage claims to have " + sizeBytes + " bytes, " + (end - start)
                    + " when compressed");
        }
        byte[] elf = PackedElf.unpack(
                file,
                compression,
                bytes,
                start,
                compression == Compression.GZIP ? end : end - Integer.BYTES,
                (int) sizeBytes,
                (int) sizeBytes);
        if (elf.length != sizeBytes) {
            throw damaged("the kernel in the bzImage has " + elf.length + " bytes instead of the " + sizeBytes
                    + " that it claims");
        }
        return elf;
    }

    private InvalidInput damaged(String what) {
        return new InvalidInput(file, what, "copy or download it again");
    }

    private static ByteBuffer buffer(byte[] content) {
        return ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
    }
}
