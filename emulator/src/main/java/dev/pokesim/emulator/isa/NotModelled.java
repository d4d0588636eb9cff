package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;

/** The guest came to an instruction that a processor has and this machine has not. The run cannot go on and must say so. */
public final class NotModelled extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotModelled(long address, InstructionBytes bytes, String what) {
        super("the instruction at " + Address.text(address) + " (" + bytes + ") is not modelled: " + what);
    }
}
