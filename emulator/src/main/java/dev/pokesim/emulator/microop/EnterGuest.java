package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** A routine calls guest code, whose return address must already be on the stack. It goes on when the guest returns. */
public final class EnterGuest extends MicroOp {
    private final AddressOf target;

    public EnterGuest(AddressOf target) {
        this.target = target;
    }

    @Override
    public void execute(Core core) {
        core.enterGuest(target.in(core));
    }

    @Override
    public String toString() {
        return "call guest";
    }
}
