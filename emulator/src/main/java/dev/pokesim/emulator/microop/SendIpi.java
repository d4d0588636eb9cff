package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Sends an inter-processor interrupt to one core. */
public final class SendIpi extends MicroOp {
    private final int vector;
    private final AddressOf target;

    /**
     * @param target gives the number of the core
     */
    public SendIpi(int vector, AddressOf target) {
        this.vector = vector;
        this.target = target;
    }

    /** The number of the core it goes to. */
    public int target(Core core) {
        return (int) target.in(core);
    }

    @Override
    public void execute(Core core) {
        core.bus().send(core, target(core), vector);
    }

    @Override
    public String toString() {
        return "send ipi";
    }
}
