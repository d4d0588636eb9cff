package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Fetches and decodes the instruction at RIP through the core's view of text. */
public final class Fetch extends MicroOp {
    public static final Fetch FETCH = new Fetch();

    private Fetch() {}

    @Override
    public void execute(Core core) {
        core.begin(core.fetch());
    }

    @Override
    public String toString() {
        return "fetch";
    }
}
