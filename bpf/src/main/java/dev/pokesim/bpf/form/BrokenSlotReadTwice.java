package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} without READ_ONCE(): a deletion may come between the two loads. */
public final class BrokenSlotReadTwice extends CommandListAsync {
    @Override
    public String name() {
        return "broken-slot-read-twice";
    }

    @Override
    public String description() {
        return "merged, but the map value is read once for the check and once for the pointer";
    }

    @Override
    protected void loadSlot(Routine.Builder b, int slot, int cb) {
        super.loadSlot(b, slot, cb);
        b.load("slot again", cb, KernelMemory.field(slot, 0), 8, 0);
    }
}
