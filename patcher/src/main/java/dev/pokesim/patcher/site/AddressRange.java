package dev.pokesim.patcher.site;

/** Consecutive addresses; {@code sizeBytes} may be 0. */
record AddressRange(long start, long sizeBytes) {

    boolean contains(long address) {
        return Long.compareUnsigned(address - start, sizeBytes) < 0;
    }
}
