package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} whose last reference may be given back in NMI: call_rcu_tasks_trace() takes locks there. */
public final class BrokenLatchRcuInNmi extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-rcu-in-nmi";
    }

    @Override
    public String description() {
        return "v6 with a second cancel after the grace period, and call_rcu_tasks_trace where the last reference goes";
    }

    @Override
    protected void afterLastPut(Routine.Builder b, Routine queue, int cb) {}
}
