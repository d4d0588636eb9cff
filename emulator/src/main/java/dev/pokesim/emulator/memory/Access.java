package dev.pokesim.emulator.memory;

/** What an access wants of a page. */
public enum Access {
    READ,
    WRITE,
    EXECUTE
}
