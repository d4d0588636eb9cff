package dev.pokesim.emulator.core;

/** Turns the bytes that a core sees at its RIP into something to execute. */
public interface Fetcher {
    /**
     * Fetches and decodes the instruction at the core's RIP, and sets the core's next RIP behind it.
     *
     * @throws dev.pokesim.emulator.memory.GuestFault with #PF, #UD or #GP
     */
    Code fetch(Core core);
}
