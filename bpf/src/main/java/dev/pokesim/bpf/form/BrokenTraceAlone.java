package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Rcu;

/** {@link CommandListAsync} without an RCU grace period behind a call_rcu_tasks_trace() that does not imply one: interrupts and most programs are not waited for. */
public final class BrokenTraceAlone extends CommandListAsync {
    @Override
    public String name() {
        return "broken-trace-alone";
    }

    @Override
    public String description() {
        return "merged, but freed after a grace period that waits for nobody but programs that may sleep";
    }

    @Override
    protected Rcu.GracePeriod gracePeriod() {
        return Rcu.GracePeriod.TASKS_TRACE_ALONE;
    }
}
