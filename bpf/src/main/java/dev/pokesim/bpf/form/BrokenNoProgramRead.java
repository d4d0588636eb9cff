package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} between two patches of the fourth posting: there is no program where one is taken away. */
public final class BrokenNoProgramRead extends CommandListAsync {
    @Override
    public String name() {
        return "broken-no-program-read";
    }

    @Override
    public String description() {
        return "merged, but a program is looked into before it is looked at whether there is one";
    }

    @Override
    protected Routine update(Kernel kernel) {
        Routine.Builder b = Routine.named("bpf_async_update_prog_callback");
        int cb = b.local();
        int program = b.local();
        int callback = b.local();
        int value = b.local();
        return b.load("prog", value, KernelMemory.field(program, 0), 4, 0)
                .call(super.update(kernel), cb, program, callback)
                .ret()
                .build();
    }
}
