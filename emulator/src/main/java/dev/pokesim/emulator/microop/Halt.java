package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** HLT: sleeps until an interrupt has been handled. */
public final class Halt extends MicroOp {
    @Override
    public void execute(Core core) {
        core.setHalted(true);
    }

    @Override
    public String toString() {
        return "halt";
    }
}
