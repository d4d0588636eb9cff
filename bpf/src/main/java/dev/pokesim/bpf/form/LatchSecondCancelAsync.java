package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.emulator.machine.Routine;
import java.util.Set;

/**
 * {@link LatchAsync} with what the merged form does better at the end: program and callback go at once, a cancel after the grace
 * period, with another period while the callback runs, and a last reference that is not given back with locks in NMI. Was never posted.
 */
public class LatchSecondCancelAsync extends LatchAsync {
    @Override
    public String name() {
        return "v6-fixed";
    }

    @Override
    public String description() {
        return "v6 with a second cancel after the grace period, no callback left, and no call_rcu_tasks_trace in NMI";
    }

    @Override
    public Set<String> notPromised() {
        return Set.of("DirectAfterCommands");
    }

    @Override
    protected void resetProgram(Routine.Builder b, Routine update, int cb, int value) {
        b.call(update, cb, value, value);
    }

    @Override
    protected void secondCancel(Routine.Builder b, Kernel kernel, AsyncCb.Effects effects, int cb, int value) {
        AsyncCb.cancelAgain(b, kernel, Rcu.GracePeriod.TASKS_TRACE, effects, cb, value);
    }

    @Override
    protected void afterLastPut(Routine.Builder b, Routine queue, int cb) {
        b.jumpIf("(irqs are on?)", (core, local) -> core.flags().interruptsEnabled(), "call-rcu");
        IrqWork.initialise(b, cb, AsyncCb.RCU_CALLER_FUNCTION);
        b.call(queue, cb).jump("out").label("call-rcu");
    }
}
