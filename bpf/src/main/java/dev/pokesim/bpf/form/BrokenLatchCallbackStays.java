package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} whose timer, armed late, runs the program of a deleted map value. */
public final class BrokenLatchCallbackStays extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-callback-stays";
    }

    @Override
    public String description() {
        return "v6-fixed, but a deletion leaves program and callback as they are";
    }

    @Override
    protected void resetProgram(Routine.Builder b, Routine update, int cb, int value) {}
}
