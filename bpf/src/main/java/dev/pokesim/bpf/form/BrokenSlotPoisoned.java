package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.Llist;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} whose map values cannot be used again: array elements are never anything else. */
public final class BrokenSlotPoisoned extends CommandListAsync {
    @Override
    public String name() {
        return "broken-slot-poisoned";
    }

    @Override
    public String description() {
        return "merged, but a deletion leaves a mark in the map value, so that nothing else gets in";
    }

    @Override
    protected void emptySlot(Routine.Builder b, int slot, int cb) {
        Llist.exchange(b, "slot: xchg mark", KernelMemory.field(slot, 0), (core, local) -> 1, cb);
    }
}
