package dev.pokesim.emulator.microop;

/** Work on the core's own registers, flags and position. It touches no memory that other cores touch, unless its scope says so. */
public abstract non-sealed class Compute extends MicroOp {
    /** What it reads and changes, from the least to the most: who explores orders need not try those that nothing can notice. */
    public enum Scope {
        /** A routine's variables and position. An interrupt may as well come before as after it. */
        VARIABLES,
        /** Registers and flags of the core, too. Other cores may as well come before as after it. */
        CORE,
        /** Anything: other cores, memory, observers. */
        MACHINE
    }

    protected Compute() {}

    /**
     * @param costPs what it costs in a timed machine, in picoseconds
     */
    protected Compute(long costPs) {
        super(Memory.NONE, false, costPs);
    }

    /** What it reads and changes; an instruction's work is on its core. */
    public Scope scope() {
        return Scope.CORE;
    }
}
