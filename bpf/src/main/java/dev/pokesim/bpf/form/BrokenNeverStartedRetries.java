package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} before the fix of 4 February 2026: a work that was never started is tried to be freed for ever. */
public final class BrokenNeverStartedRetries extends CommandListAsync {
    @Override
    public String name() {
        return "broken-never-started-retries";
    }

    @Override
    public String description() {
        return "merged as of its first commit, where a work that is not queued counts as busy";
    }

    @Override
    protected void secondCancel(Routine.Builder b, Kernel kernel, AsyncCb.Effects effects, int cb, int value) {
        b.compute("(work)", (core, local) -> local[value] = local[cb] + AsyncCb.TIMER)
                .call(effects.cancelWork, value);
        Kernel.takeResult(b, value);
        b.jumpIf("(it was queued?)", (core, local) -> local[value] != 0, "cancelled");
        AsyncCb.callRcu(b, kernel, Rcu.GracePeriod.TASKS_TRACE, cb);
        b.ret().label("cancelled");
    }
}
