package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} without the cancel after the grace period: a start that was under way when the timer was deleted stays. */
public final class BrokenNoSecondCancel extends CommandListAsync {
    @Override
    public String name() {
        return "broken-no-second-cancel";
    }

    @Override
    public String description() {
        return "merged, but nothing is cancelled after the grace period";
    }

    @Override
    protected void secondCancel(Routine.Builder b, Kernel kernel, AsyncCb.Effects effects, int cb, int value) {}
}
