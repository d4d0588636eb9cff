package dev.pokesim.patcher.site;

import dev.pokesim.emulator.memory.Address;

/** Consecutive addresses; {@code sizeBytes} may be 0. */
record AddressRange(long start, long sizeBytes) {

    boolean contains(long address) {
        return Address.isWithin(address, start, sizeBytes);
    }
}
