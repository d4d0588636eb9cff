package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.AddressSpace;
import org.jspecify.annotations.Nullable;

/** P4: no count goes below 0 or comes back from it, and in the end each counts what there is. */
public final class RefsBalanced extends AsyncOracle {
    @Override
    public String property() {
        return "references are balanced";
    }

    @Override
    public void refcountSaturated(Core core, long address, String why) {
        violated(core, "core " + core.id() + ": reference count at 0x" + Long.toHexString(address) + ": " + why);
    }

    @Override
    public @Nullable String atEnd(AddressSpace memory, int slots) {
        long[] timers = new long[KernelMemory.PROGRAMS + 1];
        for (int slot = 0; slot < slots; slot++) {
            long cb = memory.read(KernelMemory.slot(slot), 8);
            if (cb == 0) {
                continue;
            }
            long refs = memory.read(cb + AsyncCb.REFCOUNT, 4);
            if (refs != 1) {
                return "the timer of slot " + slot + " has " + refs + " references at the end, not its map value's one";
            }
            long program = memory.read(cb + AsyncCb.PROGRAM, 8);
            for (int number = 1; number <= KernelMemory.PROGRAMS; number++) {
                timers[number] += program == KernelMemory.program(number) ? 1 : 0;
            }
        }
        for (int number = 1; number <= KernelMemory.PROGRAMS; number++) {
            long refs = memory.read(KernelMemory.program(number), 4);
            long loaders = 1 - memory.read(KernelMemory.program(number) + KernelMemory.WITHOUT_LOADER, 4);
            if (refs != timers[number] + loaders) {
                return "program " + number + " has " + refs + " references at the end, its loader has " + loaders
                        + " and timers have " + timers[number];
            }
        }
        return null;
    }
}
