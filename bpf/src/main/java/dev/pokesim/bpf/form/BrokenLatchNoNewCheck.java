package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} whose workers take a command again: the comparison was to be dropped in review of the sixth posting. */
public final class BrokenLatchNoNewCheck extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-no-new-check";
    }

    @Override
    public String description() {
        return "v6-fixed, but a worker does not look whether the command was taken before";
    }

    @Override
    protected void ifNothingNew(Routine.Builder b, int sequence, int last) {}
}
