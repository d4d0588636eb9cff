package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Says where an access goes: an x86 effective address, or an expression over a routine's local variables. */
@FunctionalInterface
public interface AddressOf {
    /** The linear address. */
    long in(Core core);
}
