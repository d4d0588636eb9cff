package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} before the fix of 5 February 2026: a timer that is armed late runs the program of a deleted map value. */
public final class BrokenCallbackStays extends CommandListAsync {
    @Override
    public String name() {
        return "broken-callback-stays";
    }

    @Override
    public String description() {
        return "merged as of its first commit, where a deletion leaves program and callback as they are";
    }

    @Override
    protected void resetProgram(Routine.Builder b, Routine update, int cb, int value) {}
}
