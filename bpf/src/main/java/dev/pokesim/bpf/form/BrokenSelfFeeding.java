package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} before the fix of 4 February 2026: a program on a tracepoint of what the worker does gives it new work for ever. */
public final class BrokenSelfFeeding extends CommandListAsync {
    @Override
    public String name() {
        return "broken-self-feeding";
    }

    @Override
    public String description() {
        return "merged as of its first commit, where a command may leave another one of the same timer";
    }

    @Override
    protected void ifRecursive(Routine.Builder b, int cb, int value) {}
}
