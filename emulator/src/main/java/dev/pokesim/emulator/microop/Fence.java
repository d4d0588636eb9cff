package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Waits until the store buffer is empty: MFENCE, smp_mb(). */
public final class Fence extends MicroOp {
    public Fence() {
        super(Memory.NONE, true, 0);
    }

    @Override
    public void execute(Core core) {}

    @Override
    public String toString() {
        return "fence";
    }
}
