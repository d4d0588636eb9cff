package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Rcu;

/** {@link CommandListAsync} that waits for RCU readers alone: a program that may sleep is none. */
public final class BrokenRcuAlone extends CommandListAsync {
    @Override
    public String name() {
        return "broken-rcu-alone";
    }

    @Override
    public String description() {
        return "merged, but freed by call_rcu, which waits for no program that may sleep";
    }

    @Override
    protected Rcu.GracePeriod gracePeriod() {
        return Rcu.GracePeriod.RCU;
    }
}
