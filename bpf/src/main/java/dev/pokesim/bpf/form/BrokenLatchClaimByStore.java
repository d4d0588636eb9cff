package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/** {@link LatchAsync} that loses the end: a claim was under way. */
public final class BrokenLatchClaimByStore extends LatchAsync {
    @Override
    public String name() {
        return "broken-v6-claim-by-store";
    }

    @Override
    public String description() {
        return "v6, but a worker stores the number of the command that it takes: the end may be overwritten";
    }

    @Override
    protected void claim(Routine.Builder b, AddressOf lastSequence, int last, int sequence, int success) {
        b.store("last_seq = seq", lastSequence, 8, sequence).compute("(claimed)", (core, local) -> local[success] = 1);
    }
}
