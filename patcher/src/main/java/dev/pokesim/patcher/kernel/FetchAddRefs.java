package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/**
 * What if: {@link GlobalRefs} with one fetch-and-add in place of the compare-and-exchange loop. No kernel does this; it shows
 * what failed exchanges contribute to a storm.
 */
public final class FetchAddRefs implements Refs {
    private static final AddressOf COUNTER = core -> KernelLayout.DESCRIPTOR_REFS;
    private final GlobalRefs global = new GlobalRefs();

    @Override
    public String name() {
        return "global-fetch-add";
    }

    @Override
    public boolean isPerCore() {
        return false;
    }

    @Override
    public void publish(Routine.Builder routine, BatchContext context) {
        global.publish(routine, context);
    }

    @Override
    public void take(Routine.Builder routine, String unavailable) {
        int before = routine.local();
        routine.load("refs: load", before, COUNTER, 4, 0)
                .jumpIf("refs 0: not mine", (core, local) -> local[before] == 0, unavailable)
                .fetchAndAdd("refs: lock xadd +1", COUNTER, 4, 1, before)
                .jumpIf("refs were not 0", (core, local) -> local[before] != 0, "taken")
                .fetchAndAdd("refs: take back", COUNTER, 4, -1, before)
                .jump(unavailable)
                .label("taken");
    }

    @Override
    public void drop(Routine.Builder routine) {
        global.drop(routine);
    }

    @Override
    public void retire(Routine.Builder routine, BatchContext context) {
        global.retire(routine, context);
    }

    @Override
    public void abandon(Routine.Builder routine, BatchContext context) {
        global.abandon(routine, context);
    }

    @Override
    public long countAddress() {
        return global.countAddress();
    }

    @Override
    public long vectorPointerAddress() {
        return global.vectorPointerAddress();
    }

    @Override
    public AddressOf counter() {
        return COUNTER;
    }

    @Override
    public long[] counters(KernelLayout layout) {
        return global.counters(layout);
    }

    @Override
    public boolean isCounter(long address, KernelLayout layout) {
        return global.isCounter(address, layout);
    }
}
