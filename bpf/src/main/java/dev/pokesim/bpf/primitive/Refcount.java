package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.emulator.microop.LockedUpdate;

/**
 * refcount_t: a count of four bytes that saturates where it would wrap or come back from 0; a leak, not a use after free.
 *
 * @see "Linux include/linux/refcount.h; lib/refcount.c"
 */
public final class Refcount {
    /** REFCOUNT_SATURATED. */
    public static final int SATURATED = 0xc0000000;

    private Refcount() {}

    /** Appends refcount_inc_not_zero(): jumps to {@code ifZero} where nobody holds a reference. */
    public static void incrementUnlessZero(
            Routine.Builder b, Kernel kernel, String name, AddressOf count, String ifZero) {
        int value = b.local();
        int success = b.local();
        String again = name + "-take-again-" + value;
        b.load(name + ": load", value, count, 4, 0)
                .label(again)
                .jumpIf("(is it 0?)", (core, local) -> local[value] == 0, ifZero)
                .then(new LockedUpdate(count, 4) {
                    @Override
                    protected long update(Core core, long old) {
                        boolean equal = core.file()[value] == old;
                        core.file()[value] = equal ? 0 : old;
                        core.file()[success] = equal ? 1 : 0;
                        core.setUpdateFailed(!equal);
                        if (!equal) {
                            return old;
                        }
                        return (int) old < 0 || (int) old + 1 < 0
                                ? saturate(core, kernel, count.in(core), "taken too often")
                                : old + 1;
                    }

                    @Override
                    public String toString() {
                        return name + ": cmpxchg +1";
                    }
                })
                .jumpIf("(changed: again?)", (core, local) -> local[success] == 0, again);
    }

    /**
     * Appends refcount_dec_and_test().
     *
     * @param isZero variable that becomes 1 if this was the last reference, else 0
     */
    public static void decrementAndTest(Routine.Builder b, Kernel kernel, String name, AddressOf count, int isZero) {
        b.then(new LockedUpdate(count, 4) {
            @Override
            protected long update(Core core, long old) {
                core.file()[isZero] = old == 1 ? 1 : 0;
                core.setUpdateFailed(false);
                return (int) old <= 0 ? saturate(core, kernel, count.in(core), "underflow") : old - 1;
            }

            @Override
            public String toString() {
                return name + ": dec and test";
            }
        });
    }

    /** Appends refcount_inc(): who calls it holds a reference. */
    public static void increment(Routine.Builder b, Kernel kernel, String name, AddressOf count) {
        b.then(new LockedUpdate(count, 4) {
            @Override
            protected long update(Core core, long old) {
                core.setUpdateFailed(false);
                return (int) old <= 0 ? saturate(core, kernel, count.in(core), "addition on 0") : old + 1;
            }

            @Override
            public String toString() {
                return name + ": inc";
            }
        });
    }

    private static long saturate(Core core, Kernel kernel, long address, String why) {
        kernel.listener().refcountSaturated(core, address, why);
        return SATURATED;
    }
}
