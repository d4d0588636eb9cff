package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/** What a test changes in references, which are part of handler and patcher: overrides one of its methods. */
public class FaultyRefs implements Refs {
    private final Refs right;

    public FaultyRefs(Refs right) {
        this.right = right;
    }

    @Override
    public String name() {
        return "faulty";
    }

    @Override
    public boolean isPerCore() {
        return right.isPerCore();
    }

    @Override
    public void publish(Routine.Builder routine, BatchContext context) {
        right.publish(routine, context);
    }

    @Override
    public void take(Routine.Builder routine, String unavailable) {
        right.take(routine, unavailable);
    }

    @Override
    public void drop(Routine.Builder routine) {
        right.drop(routine);
    }

    @Override
    public void retire(Routine.Builder routine, BatchContext context) {
        right.retire(routine, context);
    }

    @Override
    public void abandon(Routine.Builder routine, BatchContext context) {
        right.abandon(routine, context);
    }

    @Override
    public long countAddress() {
        return right.countAddress();
    }

    @Override
    public long vectorPointerAddress() {
        return right.vectorPointerAddress();
    }

    @Override
    public AddressOf counter() {
        return right.counter();
    }

    @Override
    public long[] counters(KernelLayout layout) {
        return right.counters(layout);
    }

    @Override
    public boolean isCounter(long address, KernelLayout layout) {
        return right.isCounter(address, layout);
    }
}
