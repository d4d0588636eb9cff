package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/**
 * Completes everything before it and fetches anew after it: CPUID, SERIALIZE, MOV to CR, sync_core().
 *
 * @see "Intel SDM vol. 3A, Serializing Instructions"
 */
public final class Serialise extends MicroOp {
    @Override
    public void execute(Core core) {
        core.serialise();
    }

    @Override
    public boolean drainsStores() {
        return true;
    }

    @Override
    public String toString() {
        return "serialise";
    }
}
