package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} with another part of that attempt: one flag of the CPU for all timers. */
public final class BrokenRecursionOfAny extends CommandListAsync {
    @Override
    public String name() {
        return "broken-recursion-of-any";
    }

    @Override
    public String description() {
        return "merged, but no command can be left while commands of any timer are carried out below";
    }

    @Override
    protected void ifRecursive(Routine.Builder b, int cb, int value) {
        b.load("async_cb_running", value, KernelMemory.ofThisCpu(KernelMemory.ASYNC_CB_RUNNING), 8, 0)
                .jumpIf("(any commands run below?)", (core, local) -> local[value] != 0, "recursion");
    }
}
