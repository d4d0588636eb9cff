package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.emulator.memory.AddressSpace;
import org.jspecify.annotations.Nullable;

/** P6, P13: at the end no operation of a timer that is kept is under way: the next one would be refused, or wait for ever. */
public final class EndsAtRest extends AsyncOracle {
    @Override
    public String property() {
        return "nothing is under way at the end";
    }

    @Override
    public @Nullable String atEnd(AddressSpace memory, int slots) {
        for (int slot = 0; slot < slots; slot++) {
            long cb = memory.read(KernelMemory.slot(slot), 8);
            if (NolockAllocator.cacheOf(cb) == NolockAllocator.Cache.CONTROL_BLOCK && AsyncCb.isUnderWay(memory, cb)) {
                return "the timer of slot " + slot + " has a writer or a command, and nobody is at work";
            }
        }
        return null;
    }
}
