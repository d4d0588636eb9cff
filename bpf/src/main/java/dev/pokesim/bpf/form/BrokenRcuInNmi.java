package dev.pokesim.bpf.form;

import dev.pokesim.emulator.core.Core;

/** {@link CommandListAsync} before the fix of 5 February 2026: call_rcu_tasks_trace() takes locks in NMI. */
public final class BrokenRcuInNmi extends CommandListAsync {
    @Override
    public String name() {
        return "broken-rcu-in-nmi";
    }

    @Override
    public String description() {
        return "merged as of its first commit, where the last reference calls call_rcu_tasks_trace in any context";
    }

    @Override
    protected boolean isRcuDeferred(Core core) {
        return false;
    }
}
