package dev.pokesim.patcher.assembler;

import dev.pokesim.emulator.memory.Address;

/** A place that code refers to, perhaps before it is known where that is. May be shared by several buffers. */
public final class CodeLabel {
    private long address;
    private boolean bound;

    /** A place that is not known yet. */
    public CodeLabel() {}

    /**
     * A place that is known.
     *
     * @param address linear
     */
    public static CodeLabel at(long address) {
        CodeLabel label = new CodeLabel();
        label.bind(address);
        return label;
    }

    /**
     * @throws IllegalStateException if nothing was bound to it
     */
    public long address() {
        if (!bound) {
            throw new IllegalStateException("a label is used, but bound nowhere");
        }
        return address;
    }

    void bind(long here) {
        if (bound) {
            throw new IllegalStateException(
                    "a label is bound twice: at " + Address.text(address) + " and at " + Address.text(here));
        }
        address = here;
        bound = true;
    }
}
