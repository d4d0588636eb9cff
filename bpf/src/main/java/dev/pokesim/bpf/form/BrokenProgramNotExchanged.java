package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} whose program may be given back by two: the first postings did that with a state word around it. */
public final class BrokenProgramNotExchanged extends CommandListAsync {
    @Override
    public String name() {
        return "broken-program-not-exchanged";
    }

    @Override
    public String description() {
        return "merged, but a callback is set and cleared by a load and a store";
    }

    @Override
    protected Routine update(Kernel kernel) {
        return AsyncCb.updateProgram(
                kernel,
                (b, cb, program, previous) -> b.load(
                                "cb->prog", previous, KernelMemory.field(cb, AsyncCb.PROGRAM), 8, 0)
                        .store("cb->prog = prog", KernelMemory.field(cb, AsyncCb.PROGRAM), 8, program));
    }
}
