package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;

/** The jump itself: execution goes on at a constant or at the address in a slot. */
final class SetNextRip extends Compute {
    private final int slot;
    private final long constant;

    SetNextRip(Steps.Source target) {
        slot = target.isConstant() ? Core.ZERO : target.slot();
        constant = target.constant();
    }

    @Override
    public void execute(Core core) {
        core.setNextRip(core.file()[slot] + constant);
    }

    @Override
    public Flow flow() {
        return Flow.JUMP;
    }

    @Override
    public String toString() {
        return "jump";
    }
}
