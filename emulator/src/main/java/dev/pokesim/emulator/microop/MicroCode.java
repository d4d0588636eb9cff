package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Code;

/** A sequence of micro-ops: a decoded instruction or a routine. */
public abstract class MicroCode implements Code {
    /** The micro-ops in order; never changed after construction. */
    protected final MicroOp[] microOps;

    protected MicroCode(MicroOp[] microOps) {
        this.microOps = microOps;
    }

    /** How many micro-ops it has. */
    public final int size() {
        return microOps.length;
    }

    /** The micro-op at a place, 0-based. */
    public final MicroOp at(int index) {
        return microOps[index];
    }
}
