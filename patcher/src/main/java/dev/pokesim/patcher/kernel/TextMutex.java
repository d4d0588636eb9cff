package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/** {@code text_mutex}: one patcher at a time. A waiter spins; whether the real one sleeps makes no difference to the text. */
public final class TextMutex {
    private static final AddressOf WORD = core -> KernelLayout.TEXT_MUTEX;

    private TextMutex() {}

    /** Appends mutex_lock(). */
    public static void lock(Routine.Builder b, KernelCosts costs) {
        int expected = b.local();
        int success = b.local();
        String lock = "lock-" + expected;
        b.label(lock)
                .awaitMemory("text_mutex: spin until free", WORD, 4, value -> value == 0, costs.spinPs())
                .compute("expect 0", (core, local) -> local[expected] = 0)
                .compareAndExchange("text_mutex: cmpxchg", WORD, 4, expected, (core, local) -> core.id() + 1, success)
                .jumpIf("somebody was faster", (core, local) -> local[success] == 0, lock);
    }

    /** Appends mutex_unlock(). */
    public static void unlock(Routine.Builder b) {
        b.storeConstant("text_mutex = 0, release", WORD, 4, 0);
    }

    /** Appends lockdep_assert_held(). */
    public static void assertHeld(Routine.Builder b) {
        int owner = b.local();
        b.load("text_mutex", owner, WORD, 4, 0).compute("lockdep_assert_held", (core, local) -> {
            if (local[owner] != core.id() + 1) {
                throw new KernelBug("core " + core.id() + " finishes a batch without text_mutex");
            }
        });
    }
}
