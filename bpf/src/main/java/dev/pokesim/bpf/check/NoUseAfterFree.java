package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** P1: nobody touches memory after it was freed, by shadow memory: each load, each store when it is done and when it drains. */
public final class NoUseAfterFree extends AsyncOracle {
    @Override
    public String property() {
        return "no memory is touched after it was freed";
    }

    @Override
    public boolean seesAccesses() {
        return true;
    }

    @Override
    public void accesses(Core core, MicroOp step) {
        check(core, step.address(core), step.memory() == MicroOp.Memory.LOAD ? "reads" : "writes", "(" + step + ")");
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        check(core, address, "has a store on its way to", "");
    }

    private void check(Core core, long address, String how, String step) {
        if (NolockAllocator.isDead(core.memory(), address)) {
            violated(core, "core " + core.id() + " " + how + " " + name(address) + " after it was freed "
                    + step);
        }
    }

    private static String name(long address) {
        NolockAllocator.Cache cache = NolockAllocator.cacheOf(address);
        if (cache == null) {
            throw new IllegalStateException("dead memory that no allocator has");
        }
        int index = cache.indexOf(address);
        return switch (cache) {
            case CONTROL_BLOCK -> AsyncCb.field(address - cache.object(index)) + " of timer " + index;
            case COMMAND -> "command " + index;
        };
    }
}
