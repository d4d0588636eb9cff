package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/**
 * One counter for all cores, in the cache line that also holds the vector pointer and the count which every handler reads.
 *
 * @see "Linux arch/x86/kernel/alternative.c 2022 to 2025, struct bp_patching_desc, try_get_desc(), put_desc()"
 */
public final class GlobalRefs implements Refs {
    private static final int COUNT = (int) (KernelLayout.DESCRIPTOR_COUNT - KernelLayout.DESCRIPTOR);
    private static final int REFS = (int) (KernelLayout.DESCRIPTOR_REFS - KernelLayout.DESCRIPTOR);
    private static final long NEXT_FRAME = 0xffff_ffff_8100_0001L;

    private final long descriptor;
    private final AddressOf counter;

    private GlobalRefs(long descriptor) {
        this.descriptor = descriptor;
        counter = core -> descriptor + REFS;
    }

    /** With a descriptor that stays where it is. */
    public GlobalRefs() {
        this(KernelLayout.DESCRIPTOR);
    }

    /**
     * With a descriptor on the patcher's stack, which is somebody else's frame after the batch.
     *
     * @see "Linux commit efd608fa7403, which repaired it"
     */
    public static GlobalRefs onStack() {
        return new GlobalRefs(KernelLayout.STACK_DESCRIPTOR);
    }

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
        int count = routine.scratch("nr");
        routine.load("nr: load", count, core -> TextPokeArray.countOf(context.array()), 4, 0)
                .storeConstant("desc.vec", core -> descriptor, 8, context.array())
                .store("desc.nr", core -> descriptor + COUNT, 4, count)
                .storeConstant("desc.refs = 1, release", counter, 4, 1);
    }

    @Override
    public void take(Routine.Builder routine, String unavailable) {
        RefSteps.incrementUnlessZero(routine, counter, unavailable);
    }

    @Override
    public void drop(Routine.Builder routine) {
        RefSteps.decrement(routine, counter);
    }

    @Override
    public void retire(Routine.Builder routine, BatchContext context) {
        RefSteps.decrementAndAwaitZero(routine, counter, context);
    }

    @Override
    public void abandon(Routine.Builder routine, BatchContext context) {
        RefSteps.decrement(routine, counter);
    }

    @Override
    public long countAddress() {
        return descriptor + COUNT;
    }

    @Override
    public long vectorPointerAddress() {
        return descriptor;
    }

    @Override
    public AddressOf counter() {
        return counter;
    }

    @Override
    public long[] counters(KernelLayout layout) {
        return new long[] {descriptor + REFS};
    }

    @Override
    public boolean isCounter(long address, KernelLayout layout) {
        return address == descriptor + REFS;
    }

    @Override
    public boolean isOnStack() {
        return descriptor == KernelLayout.STACK_DESCRIPTOR;
    }

    @Override
    public void leave(Routine.Builder routine) {
        if (isOnStack()) {
            routine.storeConstant("another frame: return address", core -> descriptor, 8, NEXT_FRAME)
                    .storeConstant("another frame: saved register", core -> descriptor + Long.BYTES, 8, NEXT_FRAME);
        }
    }
}
