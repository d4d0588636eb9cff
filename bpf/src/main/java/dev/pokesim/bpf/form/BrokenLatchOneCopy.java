package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} that leaves the second copy as the allocator did. */
public final class BrokenLatchOneCopy extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-one-copy";
    }

    @Override
    public String description() {
        return "v6-fixed, but only copy 0 is written";
    }

    @Override
    protected void storeSecondCopy(Routine.Builder b, int cb, int nsec, int op) {}
}
