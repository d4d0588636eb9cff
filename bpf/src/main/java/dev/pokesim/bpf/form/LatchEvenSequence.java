package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/** {@link LatchSecondCancelAsync} that knows a command by its even number, also while the next one is being written: no command has two numbers then. */
public final class LatchEvenSequence extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "v6-fixed-even-sequence";
    }

    @Override
    public String description() {
        return "v6-fixed, whose workers take a command by the number under which it was written";
    }

    @Override
    protected void ifNothingNew(Routine.Builder b, int sequence, int last) {
        b.jumpIf("(nothing new?)", (core, local) -> (local[sequence] & ~1L) == local[last], "put");
    }

    @Override
    protected void claim(Routine.Builder b, AddressOf lastSequence, int last, int sequence, int success) {
        b.compareAndExchange("last_seq: claim", lastSequence, 8, last, (core, local) -> local[sequence] & ~1L, success);
    }
}
