package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} whose two initialisations may both succeed: one control block is lost. The lock made the store right once. */
public final class BrokenPublishedByStore extends CommandListAsync {
    @Override
    public String name() {
        return "broken-published-by-store";
    }

    @Override
    public String description() {
        return "merged, but a new control block is stored into its map value";
    }

    @Override
    protected void publish(Routine.Builder b, int slot, int found, int cb, int success) {
        b.store("slot = cb", KernelMemory.field(slot, 0), 8, cb)
                .compute("(published)", (core, local) -> local[success] = 1);
    }
}
