package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} that forgets the reference of a start whose irq_work was refused: the third posting did. */
public final class BrokenLatchLostPut extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-lost-put";
    }

    @Override
    public String description() {
        return "v6-fixed, but the reference stays when the irq_work was pending already";
    }

    @Override
    protected void afterRefusal(Routine.Builder b, Routine put, int cb) {}
}
