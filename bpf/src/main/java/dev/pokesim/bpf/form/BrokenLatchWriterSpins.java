package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.SpinLock;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/** {@link LatchSecondCancelAsync} whose writers wait for each other: an NMI for the one that it interrupted. */
public final class BrokenLatchWriterSpins extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-writer-spins";
    }

    @Override
    public String description() {
        return "v6-fixed, but a second writer waits for the first one instead of -EBUSY";
    }

    @Override
    protected void becomeWriter(Routine.Builder b, Kernel kernel, AddressOf writer, int value, int success) {
        SpinLock.lock(b, kernel, "writer", writer);
    }
}
