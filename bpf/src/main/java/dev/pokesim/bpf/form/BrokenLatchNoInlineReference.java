package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.NmiState;
import dev.pokesim.emulator.machine.Routine;

/** {@link LatchAsync} whose direct path takes no reference: proposed in review of the sixth posting. */
public final class BrokenLatchNoInlineReference extends LatchAsync {
    @Override
    public String name() {
        return "broken-v6-no-inline-reference";
    }

    @Override
    public String description() {
        return "v6, but who carries a command out himself holds no reference";
    }

    @Override
    protected void takeReference(Routine.Builder b, Kernel kernel, int cb) {
        b.jumpIf("(not in NMI?)", (core, local) -> !NmiState.inNmi(core), "no-reference");
        super.takeReference(b, kernel, cb);
        b.label("no-reference");
    }

    @Override
    protected Routine inlineWorker(Kernel kernel, Routine process, Routine worker) {
        return worker(kernel, process, Routine.named("no_put").ret().build());
    }
}
