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
            violated(core, "core " + core.id() + " " + how + " " + name(address) + " after it was freed " + step);
        }
    }

    private static String name(long address) {
        String timer = AsyncCb.nameOf(address);
        return timer != null ? timer : "command " + NolockAllocator.Cache.COMMAND.indexOf(address);
    }
}
