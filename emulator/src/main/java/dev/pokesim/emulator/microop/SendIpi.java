package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Sends an inter-processor interrupt to one core. */
public final class SendIpi extends MicroOp {
    private final int vector;
    private final AddressOf target;
    private final boolean isCall;

    private SendIpi(int vector, AddressOf target, boolean isCall) {
        this.vector = vector;
        this.target = target;
        this.isCall = isCall;
    }

    /**
     * One whose handler answers.
     *
     * @param target gives the number of the core
     */
    public static SendIpi call(int vector, AddressOf target) {
        return new SendIpi(vector, target, true);
    }

    /**
     * One that nobody answers.
     *
     * @param target gives the number of the core
     */
    public static SendIpi withoutCall(int vector, AddressOf target) {
        return new SendIpi(vector, target, false);
    }

    /** The number of the core it goes to. */
    public int target(Core core) {
        return (int) target.in(core);
    }

    @Override
    public void execute(Core core) {
        if (isCall) {
            core.bus().send(core, target(core), vector);
        } else {
            core.bus().sendWithoutCall(core, target(core), vector);
        }
    }

    @Override
    public String toString() {
        return "send ipi";
    }
}
