package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.Errno;
import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.emulator.core.Core;

/** P9: initialisation is refused only where there is a timer; a map value can be used again as soon as its deletion has returned. */
public final class SlotReusable extends AsyncOracle {
    @Override
    public String property() {
        return "a map value without a timer can be initialised";
    }

    @Override
    public void operationEnds(Core core, long slot, String operation, long result) {
        long cb = core.load(slot, 8);
        boolean isTimer = NolockAllocator.cacheOf(cb) == NolockAllocator.Cache.CONTROL_BLOCK;
        if (operation.equals(Operation.INIT.toString()) && result == Errno.EBUSY && cb != 0 && !isTimer) {
            violated(core, "core " + core.id() + " cannot initialise a map value that has no timer");
        }
    }
}
