package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Raises a software exception: INT3. RIP is past the instruction when it is delivered. */
public final class Trap extends MicroOp {
    private final int vector;

    public Trap(int vector) {
        this.vector = vector;
    }

    @Override
    public void execute(Core core) {
        core.setTrap(vector);
    }

    @Override
    public String toString() {
        return "trap " + vector;
    }
}
