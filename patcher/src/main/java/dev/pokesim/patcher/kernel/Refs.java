package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.AddressOf;

/**
 * How handlers and patcher agree that the array is in use: a handler takes a reference before it reads the array, the patcher
 * gives the array up when no reference is left. This is the difference that the whole performance story is about.
 */
public interface Refs {
    /** As users write it. */
    String name();

    /** Whether each core has a count of its own, rather than all one. */
    boolean isPerCore();

    /** The patcher makes the array usable: from now on handlers can take references. */
    void publish(Routine.Builder routine, BatchContext context);

    /**
     * As {@link #publish}, but only for cores that are online by then. Where each core has a count of its own, the others' stay 0.
     */
    default void publishOnline(Routine.Builder routine, BatchContext context) {
        publish(routine, context);
    }

    /** A handler takes a reference, or jumps to {@code unavailable}. */
    void take(Routine.Builder routine, String unavailable);

    /** A handler gives its reference back. */
    void drop(Routine.Builder routine);

    /** The patcher gives the array up and waits until every reference is gone. */
    void retire(Routine.Builder routine, BatchContext context);

    /** The patcher gives the array up, whoever still holds a reference. */
    void abandon(Routine.Builder routine, BatchContext context);

    /** Whether what handlers read is on the patcher's stack, and so only there while a batch goes on. */
    default boolean isOnStack() {
        return false;
    }

    /** The batch is over, and the patcher leaves the function that it was in. */
    default void leave(Routine.Builder routine) {}

    /** Where a handler reads how many entries there are. */
    long countAddress();

    /** Where a handler reads the address of the first entry; 0 if it is a constant of the code. */
    default long vectorPointerAddress() {
        return 0;
    }

    /** The counter that a core's handler takes its reference in. */
    AddressOf counter();

    /** The addresses of all counters; the patcher holds one reference in each while the array is published. */
    long[] counters(KernelLayout layout);

    /** The address of a counter that is not 0 in memory; 0 if all are: no array is published and nobody reads one. */
    default long held(AddressSpace memory, KernelLayout layout) {
        for (long counter : counters(layout)) {
            if (memory.read(counter, 4) != 0) {
                return counter;
            }
        }
        return 0;
    }

    /** Whether these bytes belong to a counter. */
    boolean isCounter(long address, KernelLayout layout);
}
