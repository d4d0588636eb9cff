package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/** Atomic operations on a 32-bit counter, as steps of a routine. */
final class RefSteps {
    private RefSteps() {}

    /** raw_atomic_inc_not_zero(): load, then compare-and-exchange until it works or the value is 0. */
    static void incrementUnlessZero(Routine.Builder routine, AddressOf counter, String ifZero) {
        int value = routine.scratch("refs");
        int success = routine.scratch("refs success");
        String again = routine.newLabel("take-again");
        routine.load("refs: load", value, counter, 4, 0)
                .label(again)
                .jumpIf("refs 0: not mine", (core, local) -> local[value] == 0, ifZero)
                .compareAndExchange("refs: cmpxchg +1", counter, 4, value, (core, local) -> local[value] + 1, success)
                .jumpIf("refs changed: again", (core, local) -> local[success] == 0, again);
    }

    /** raw_atomic_dec() after smp_mb__before_atomic(), which a locked operation makes superfluous on x86. */
    static void decrement(Routine.Builder routine, AddressOf counter) {
        routine.fetchAndAdd("refs: lock dec", counter, 4, -1, routine.scratch("refs"));
    }

    /** atomic_dec_and_test(), then atomic_cond_read_acquire() until 0. */
    static void decrementAndAwaitZero(Routine.Builder routine, AddressOf counter, BatchContext context) {
        int before = routine.scratch("refs");
        String done = routine.newLabel("refs-are-0");
        routine.fetchAndAdd("refs: dec and test", counter, 4, -1, before)
                .jumpIf("refs 0", (core, local) -> (int) local[before] == 1, done)
                .act("a handler holds one", (core, local) -> context.listener().awaitsRefs(core))
                .awaitMemory(
                        "refs: spin until 0",
                        counter,
                        4,
                        value -> value == 0,
                        context.costs().spinPs())
                .label(done);
    }
}
