package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;

/** The guest came to an instruction that a processor has and this machine has not. The run cannot go on and must say so. */
public final class NotModelled extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long address;

    /** For an instruction that is modelled, but not what it asks for here: found while it is decoded, or while it executes. */
    NotModelled(long address, String what) {
        super("the instruction at " + Address.text(address) + " is not modelled: " + what);
        this.address = address;
    }

    /** Where the instruction stands. */
    public long address() {
        return address;
    }

    NotModelled(long address, InstructionBytes bytes, String what) {
        super("the instruction at " + Address.text(address) + " (" + bytes + ") is not modelled: " + what);
        this.address = address;
    }
}
