package dev.pokesim.patcher.site;

import dev.pokesim.patcher.compression.Compression;
import dev.pokesim.patcher.compression.DamagedData;
import java.util.Optional;

/** What may be around an ELF file: the boot sector and decompressor of a bzImage, the compression of a module. */
final class PackedElf {

    /** No large kernel or module shrinks to less than a hundredth; what does is made to fill the memory. */
    private static final int MAX_RATIO = 100;

    private static final int ALWAYS_ALLOWED_BYTES = 32 << 20;

    private PackedElf() {}

    /**
     * The file itself, as far as anybody can say before reading it.
     *
     * @param content of the file that the user named
     * @return the ELF file in it, or the content as it is if it is neither compressed nor a bzImage
     * @throws InvalidInput if it is packed, but damaged or too large
     */
    static byte[] unpack(String file, byte[] content) {
        if (BzImage.is(content)) {
            return new BzImage(file, content).elf();
        }
        Optional<Compression> compression = Compression.at(content, 0);
        if (compression.isEmpty()) {
            return content;
        }
        int limitBytes = limitBytes(content.length);
        // Modules shrink to a quarter or so.
        long expectedBytes = Math.min(limitBytes, 5L * content.length);
        return unpack(file, compression.get(), content, 0, content.length, (int) expectedBytes, limitBytes);
    }

    /** How large compressed data may become. */
    static int limitBytes(int compressedBytes) {
        return (int) Math.min(ElfFile.MAX_FILE_BYTES, ALWAYS_ALLOWED_BYTES + (long) MAX_RATIO * compressedBytes);
    }

    static byte[] unpack(
            String file,
            Compression compression,
            byte[] content,
            int start,
            int end,
            int expectedBytes,
            int limitBytes) {
        try {
            return compression.unpack(content, start, end, expectedBytes, limitBytes);
        } catch (DamagedData damaged) {
            throw new InvalidInput(
                    file,
                    "its " + compression + " data cannot be unpacked: " + damaged.getMessage(),
                    "copy or download it again");
        }
    }
}
