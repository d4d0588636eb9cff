package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} whose first run to see the end frees the block: a proposal for the third posting. Another run may be pending. */
public final class BrokenLatchFirstReaderFrees extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-first-reader-frees";
    }

    @Override
    public String description() {
        return "v6-fixed, but the run that sees the end frees the timer, whoever else is about to run";
    }

    @Override
    protected void afterEffect(Routine.Builder b, Kernel kernel, int cb, int success) {
        b.jumpIf("(not the end?)", (core, local) -> local[success] != 1, "goes-on");
        AsyncCb.callRcu(b, kernel, Rcu.GracePeriod.TASKS_TRACE, cb);
        b.label("goes-on");
    }

    @Override
    protected void afterLastPut(Routine.Builder b, Routine queue, int cb) {
        b.jump("out");
    }
}
