package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;
import java.util.List;

/** {@link CommandListAsync} on such an irq_work: equal on x86, because its function begins with an exchange, which is a barrier. */
public final class NoIrqWorkBarrier extends CommandListAsync {
    @Override
    public String name() {
        return "merged-no-irq-work-barrier";
    }

    @Override
    public String description() {
        return "merged, but irq_work has no barrier between clearing PENDING and the function";
    }

    @Override
    public Routine irqWorkHandler(Kernel kernel, List<Routine> functions) {
        return IrqWork.brokenHandlerWithoutBarrier(kernel, functions);
    }
}
