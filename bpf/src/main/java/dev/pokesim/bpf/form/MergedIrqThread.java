package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;
import java.util.List;

/** {@link CommandListAsync} on a kernel with PREEMPT_RT, whose irq_works run in a thread: a grace period does not wait for it. */
public final class MergedIrqThread extends CommandListAsync {
    @Override
    public String name() {
        return "merged-irq-thread";
    }

    @Override
    public String description() {
        return "merged, where irq_work runs in a thread that is no reader, as with PREEMPT_RT";
    }

    @Override
    public Routine irqWorkHandler(Kernel kernel, List<Routine> functions) {
        return IrqWork.threadedHandler(kernel, functions);
    }
}
