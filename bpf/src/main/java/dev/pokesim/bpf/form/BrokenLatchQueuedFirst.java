package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.NmiState;
import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} whose irq_work may run before there is a command, and nobody queues it again. */
public final class BrokenLatchQueuedFirst extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-queued-first";
    }

    @Override
    public String description() {
        return "v6-fixed, but an NMI queues the irq_work before it writes its command";
    }

    @Override
    protected void beforeCommand(Routine.Builder b, Kernel kernel, Routine put, Routine queue, Operands operands) {
        b.jumpIf("(not in NMI?)", (core, local) -> !NmiState.inNmi(core), "write");
        super.takeReference(b, kernel, operands.cb());
        super.queueWorker(b, put, queue, operands.cb(), operands.value());
        b.label("write");
    }

    @Override
    protected void takeReference(Routine.Builder b, Kernel kernel, int cb) {
        b.jumpIf("(in NMI?)", (core, local) -> NmiState.inNmi(core), "queued-before");
        super.takeReference(b, kernel, cb);
        b.label("queued-before");
    }

    @Override
    protected void queueWorker(Routine.Builder b, Routine put, Routine queue, int cb, int value) {}
}
