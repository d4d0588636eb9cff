package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import org.jspecify.annotations.Nullable;

/** The guest came to an instruction that a processor has and this machine has not. The run cannot go on and must say so. */
public final class NotModelled extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long address;
    private final transient @Nullable InstructionBytes bytes;

    /** For an instruction that is modelled, but not what it asks for here: found while it is decoded, or while it executes. */
    NotModelled(long address, String what) {
        super("the instruction at " + Address.text(address) + " is not modelled: " + what);
        this.address = address;
        bytes = null;
    }

    /** Where the instruction stands. */
    public long address() {
        return address;
    }

    NotModelled(long address, InstructionBytes bytes, String what) {
        super("the instruction at " + Address.text(address) + " (" + bytes + ") is not modelled: " + what);
        this.address = address;
        this.bytes = bytes;
    }

    /** Its bytes, as far as they were looked at if they are no instruction; null if it was decoded. */
    public @Nullable InstructionBytes bytes() {
        return bytes;
    }
}
