package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.kernel.PokeArray;

/** References that are taken are given back. */
public final class RefsEndAtZero extends Oracle {
    private final PokeArray array;

    public RefsEndAtZero(PokeArray array) {
        this.array = array;
    }

    @Override
    public String property() {
        return "every reference count is 0 when the batch is done";
    }

    @Override
    public void batchFinished(Core patcher) {
        long counter = array.held(patcher.memory());
        if (counter != 0) {
            violated(
                    patcher,
                    "the batch is done and the reference count at " + Address.text(counter) + " is "
                            + (int) patcher.memory().read(counter, 4));
        }
    }
}
