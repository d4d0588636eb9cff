package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} with the first attempt to end what feeds itself: the refused call forgets its reference. */
public final class BrokenRecursionLeaks extends CommandListAsync {
    @Override
    public String name() {
        return "broken-recursion-leaks";
    }

    @Override
    public String description() {
        return "merged, but a command that is refused with -EDEADLK keeps its reference";
    }

    @Override
    protected void afterRecursion(Routine.Builder b, Routine put, int cb) {}
}
