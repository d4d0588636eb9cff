package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.emulator.core.Core;

/** P2: when the memory of a timer or work is freed, it is not queued and its callback does not run. Fails long before the memory is touched. */
public final class InactiveWhenFreed extends AsyncOracle {
    @Override
    public String property() {
        return "a timer that is freed is neither queued nor running";
    }

    @Override
    public void freeing(Core core, NolockAllocator.Cache cache, long object) {
        if (cache == NolockAllocator.Cache.CONTROL_BLOCK && AsyncCb.isActive(core.memory(), object)) {
            violated(
                    core,
                    "core " + core.id() + " frees timer " + cache.indexOf(object) + " while it is "
                            + AsyncCb.describe(core.memory(), object));
        }
    }
}
