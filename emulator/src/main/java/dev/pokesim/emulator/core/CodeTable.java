package dev.pokesim.emulator.core;

import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;

/** Names code in a snapshot, independent of the order in which it was met. */
public interface CodeTable {
    /** Appends which code it is. */
    void save(Code code, StateWriter out);

    /**
     * Takes back what {@link #save} wrote.
     *
     * @param address RIP of the core, where a decoded instruction stands
     */
    Code restore(StateReader in, long address);
}
