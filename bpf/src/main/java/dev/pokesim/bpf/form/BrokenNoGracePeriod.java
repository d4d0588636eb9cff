package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} that trusts its count alone: who has just read the map value reads the count of freed memory. */
public final class BrokenNoGracePeriod extends CommandListAsync {
    @Override
    public String name() {
        return "broken-no-grace-period";
    }

    @Override
    public String description() {
        return "merged, but freed where the last reference goes";
    }

    @Override
    protected void afterLastPut(Routine.Builder b, Kernel kernel, Routine queue, int cb) {
        AsyncCb.release(b, kernel, cb, b.local());
    }
}
