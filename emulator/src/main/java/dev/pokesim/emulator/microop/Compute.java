package dev.pokesim.emulator.microop;

/** Work on the core's own registers, flags and position. Nothing that another core could see or disturb. */
public abstract non-sealed class Compute extends MicroOp {
    protected Compute() {}

    /**
     * @param costPs what it costs in a timed machine, in picoseconds
     */
    protected Compute(long costPs) {
        super(Memory.NONE, false, costPs);
    }
}
