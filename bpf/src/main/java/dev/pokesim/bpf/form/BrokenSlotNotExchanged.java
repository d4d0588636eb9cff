package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} whose deletions may both get the control block: the reference of the map value is given back twice. */
public final class BrokenSlotNotExchanged extends CommandListAsync {
    @Override
    public String name() {
        return "broken-slot-not-exchanged";
    }

    @Override
    public String description() {
        return "merged, but a deletion reads the map value and clears it in two steps";
    }

    @Override
    protected void emptySlot(Routine.Builder b, int slot, int cb) {
        b.load("slot", cb, KernelMemory.field(slot, 0), 8, 0)
                .storeConstant("slot = 0", KernelMemory.field(slot, 0), 8, 0);
    }
}
