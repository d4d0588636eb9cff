package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.NmiState;
import dev.pokesim.emulator.core.Core;

/** {@link CommandListAsync} before the fix of 3 February 2026: with interrupts off in a task or softirq it takes locks that may be held below. */
public final class BrokenHardirqOnly extends CommandListAsync {
    @Override
    public String name() {
        return "broken-hardirq-only";
    }

    @Override
    public String description() {
        return "merged as of its first commit, where an operation is done at once with interrupts off unless a hard interrupt has turned them off";
    }

    @Override
    protected boolean isDeferred(Core core) {
        return NmiState.inNmi(core) || IrqWork.isRunning(core);
    }
}
