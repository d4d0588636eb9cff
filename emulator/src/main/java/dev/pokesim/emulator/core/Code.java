package dev.pokesim.emulator.core;

/** What a core is in the middle of: the micro-ops of one decoded instruction, or a whole routine. Immutable. */
public interface Code {
    /** For a routine its name, for an instruction its text. */
    String name();
}
