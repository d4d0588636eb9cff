package dev.pokesim.patcher.site;

/** Adds up the memory that a file asks for, so that a damaged size does not become an allocation of gigabytes. */
final class ImageSize {

    /** Zeroed memory and padding beyond the bytes of the file; the bss of a distribution kernel has less than 40 MiB. */
    static final long MAX_ZEROED_BYTES = 64L << 20;

    private final ElfFile elf;
    private long leftBytes;

    ImageSize(ElfFile elf) {
        this.elf = elf;
        this.leftBytes = elf.sizeBytes() + MAX_ZEROED_BYTES;
    }

    /**
     * Takes a part of the memory.
     *
     * @return the same size, small enough for an array
     * @throws InvalidInput if it is too much
     */
    int take(String what, long sizeBytes) {
        if (sizeBytes < 0 || sizeBytes > leftBytes) {
            throw elf.damaged(what + " needs " + Long.toUnsignedString(sizeBytes)
                    + " bytes of memory, more than the file and " + (MAX_ZEROED_BYTES >> 20) + " MiB of zeroes");
        }
        leftBytes -= sizeBytes;
        return (int) sizeBytes;
    }
}
