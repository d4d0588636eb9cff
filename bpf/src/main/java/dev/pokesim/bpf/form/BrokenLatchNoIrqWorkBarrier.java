package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;
import java.util.List;

/** {@link LatchSecondCancelAsync} on an irq_work whose clear of PENDING may still wait in the store buffer while the function loads the latch. */
public final class BrokenLatchNoIrqWorkBarrier extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-no-irq-work-barrier";
    }

    @Override
    public String description() {
        return "v6-fixed, but irq_work has no barrier between clearing PENDING and the function";
    }

    @Override
    public Routine irqWorkHandler(Kernel kernel, List<Routine> functions) {
        return IrqWork.brokenHandlerWithoutBarrier(kernel, functions);
    }
}
