package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.bpf.primitive.NolockAllocator.Cache;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.AddressSpace;
import org.jspecify.annotations.Nullable;

/** P3: what was deleted is freed, exactly once; what was not deleted is there. */
public final class FreedOnce extends AsyncOracle {
    @Override
    public String property() {
        return "every deleted timer and every command is freed exactly once";
    }

    @Override
    public void freedTwice(Core core, long object) {
        violated(core, "core " + core.id() + " frees what is not allocated: " + name(object));
    }

    @Override
    public void calledRcuTwice(Core core, long object) {
        violated(core, "core " + core.id() + " calls call_rcu for " + name(object) + ", which is waiting already");
    }

    @Override
    public @Nullable String atEnd(AddressSpace memory, int slots) {
        int kept = 0;
        for (int slot = 0; slot < slots; slot++) {
            kept += memory.read(KernelMemory.slot(slot), 8) != 0 ? 1 : 0;
        }
        int live = Cache.CONTROL_BLOCK.liveCount(memory);
        int commands = Cache.COMMAND.liveCount(memory);
        return live != kept
                ? live + " timers are allocated at the end, " + kept + " of them in map values: the rest is lost"
                : commands != 0 ? commands + " commands are never freed" : null;
    }

    private static String name(long object) {
        Cache cache = NolockAllocator.cacheOf(object);
        return cache == null
                ? "0x" + Long.toHexString(object)
                : (cache == Cache.COMMAND ? "command " : "timer ") + cache.indexOf(object);
    }
}
