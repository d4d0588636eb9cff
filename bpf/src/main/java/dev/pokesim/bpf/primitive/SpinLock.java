package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.emulator.microop.LockedUpdate;

/**
 * A lock that is spun on: 0, or the owner's core number plus 1 in four bytes. A core that finds itself the owner waits for what it
 * interrupted, which cannot go on: that is a deadlock at once, not after a time.
 */
public final class SpinLock {
    private SpinLock() {}

    /**
     * Appends the lock operation; interrupts must be as the lock wants them.
     *
     * @param name for listings and verdicts
     */
    public static void lock(Routine.Builder b, Kernel kernel, String name, AddressOf lock) {
        int success = b.local();
        String again = name + "-again-" + success;
        String locked = name + "-locked-" + success;
        b.label(again);
        if (kernel.time() != null) {
            // what the operation waits for anyway: from here on an NMI comes behind it
            b.fence()
                    .compute(
                            name + ": wanted",
                            (core, local) -> kernel.listener().wantsLock(core, name));
        }
        b.then(new LockedUpdate(lock, 4) {
                    @Override
                    protected long update(Core core, long old) {
                        core.file()[success] = old == 0 ? 1 : 0;
                        core.setUpdateFailed(old != 0);
                        if (old == core.id() + 1) {
                            kernel.listener().locksItself(core, name);
                        }
                        return old == 0 ? core.id() + 1 : old;
                    }

                    @Override
                    public String toString() {
                        return name + ": lock";
                    }
                })
                .jumpIf("(is it mine?)", (core, local) -> local[success] == 1, locked);
        if (kernel.time() != null) {
            b.compute(name + ": taken", (core, local) -> kernel.listener().waitsForLock(core, name));
        }
        b.awaitMemory(
                        name + ": spin",
                        lock,
                        4,
                        value -> value == 0,
                        kernel.costs().spinPs())
                .jump(again)
                .label(locked);
    }

    /** Appends the unlock operation. */
    public static void unlock(Routine.Builder b, String name, AddressOf lock) {
        b.storeConstant(name + ": unlock", lock, 4, 0);
    }
}
