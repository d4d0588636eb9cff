package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/**
 * One counter for all cores, in the cache line that also holds the vector pointer and the count which every handler reads.
 *
 * @see "Linux arch/x86/kernel/alternative.c 2022 to 2025, struct bp_patching_desc, try_get_desc(), put_desc()"
 */
public final class GlobalRefs implements Refs {
    private static final AddressOf COUNTER = core -> KernelLayout.DESCRIPTOR_REFS;

    @Override
    public String name() {
        return "global";
    }

    @Override
    public boolean isPerCore() {
        return false;
    }

    @Override
    public void publish(Routine.Builder routine, BatchContext context) {
        int count = routine.local();
        routine.load("nr: load", count, core -> KernelLayout.COUNT, 4, 0)
                .storeConstant("desc.vec", core -> KernelLayout.DESCRIPTOR_VECTOR, 8, KernelLayout.ARRAY)
                .store("desc.nr", core -> KernelLayout.DESCRIPTOR_COUNT, 4, count)
                .storeConstant("desc.refs = 1, release", COUNTER, 4, 1);
    }

    @Override
    public void take(Routine.Builder routine, String unavailable) {
        RefSteps.incrementUnlessZero(routine, COUNTER, unavailable);
    }

    @Override
    public void drop(Routine.Builder routine) {
        RefSteps.decrement(routine, COUNTER);
    }

    @Override
    public void retire(Routine.Builder routine, BatchContext context) {
        RefSteps.decrementAndAwaitZero(routine, COUNTER, context);
    }

    @Override
    public void abandon(Routine.Builder routine, BatchContext context) {
        RefSteps.decrement(routine, COUNTER);
    }

    @Override
    public long countAddress() {
        return KernelLayout.DESCRIPTOR_COUNT;
    }

    @Override
    public long vectorPointerAddress() {
        return KernelLayout.DESCRIPTOR_VECTOR;
    }

    @Override
    public AddressOf counter() {
        return COUNTER;
    }

    @Override
    public long[] counters(KernelLayout layout) {
        return new long[] {KernelLayout.DESCRIPTOR_REFS};
    }

    @Override
    public boolean isCounter(long address, KernelLayout layout) {
        return address == KernelLayout.DESCRIPTOR_REFS;
    }
}
