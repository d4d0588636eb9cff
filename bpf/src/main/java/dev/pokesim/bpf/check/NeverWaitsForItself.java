package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.NmiState;
import dev.pokesim.emulator.core.Core;

/** P10, P11: nobody waits for what it interrupted or for its caller, and nothing that takes locks is called in NMI. */
public final class NeverWaitsForItself extends AsyncOracle {
    @Override
    public String property() {
        return "no context waits for what it interrupted, and none takes locks in NMI";
    }

    @Override
    public void locksItself(Core core, String lock) {
        violated(
                core,
                "core " + core.id() + (NmiState.inNmi(core) ? " spins in NMI" : " spins") + " on " + lock
                        + ", which it holds below");
    }

    @Override
    public void calledInNmi(Core core, String function) {
        violated(core, "core " + core.id() + " calls " + function + " in NMI");
    }
}
