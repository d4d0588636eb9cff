package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} that asks whether the work runs also where it has just taken it out of the queue: it may be both. */
public final class MergedBusyAlways extends CommandListAsync {
    @Override
    public String name() {
        return "merged-busy-always";
    }

    @Override
    public String description() {
        return "merged, where a work that was queued again while it runs is waited for, too";
    }

    @Override
    protected void secondCancel(Routine.Builder b, Kernel kernel, AsyncCb.Effects effects, int cb, int value) {
        b.jumpIf("(a timer?)", (core, local) -> !AsyncCb.isWork(core.memory(), local[cb]), "idle")
                .compute("(work)", (core, local) -> local[value] = local[cb] + AsyncCb.TIMER)
                .call(effects.cancelWork, value)
                .call(effects.workBusy, value);
        Kernel.takeResult(b, value);
        b.jumpIf("(it does not run?)", (core, local) -> local[value] == 0, "idle");
        AsyncCb.callRcu(b, kernel, gracePeriod(), cb);
        b.ret().label("idle");
        super.secondCancel(b, kernel, effects, cb, value);
    }
}
