package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} whose workers trust what they read: a time of one call with the operation of another. */
public final class BrokenLatchNoSequenceCheck extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-no-sequence-check";
    }

    @Override
    public String description() {
        return "v6-fixed, but a worker does not look whether the copy was written while it was read";
    }

    @Override
    protected void ifChanged(Routine.Builder b, int sequence, int value) {}
}
