package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.BpfMap;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.memory.AddressSpace;
import org.jspecify.annotations.Nullable;

/** P8 for maps: the last user of a map takes all of its timers with it, or who initialises one later does. */
public final class NoTimerOutlivesUsers extends AsyncOracle {
    @Override
    public String property() {
        return "no timer outlives the last user of its map";
    }

    @Override
    public @Nullable String atEnd(AddressSpace memory, int slots) {
        for (int slot = 0; slot < slots; slot++) {
            if (!BpfMap.hasUsers(memory) && memory.read(KernelMemory.slot(slot), 8) != 0) {
                return "slot " + slot + " has a timer, and its map has no users";
            }
        }
        return null;
    }
}
