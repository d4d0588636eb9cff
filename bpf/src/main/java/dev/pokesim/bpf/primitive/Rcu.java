package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * Grace periods. One is over when every reader that was active at the call has ended; a thread on a core of its own then calls the
 * function, as late as it likes. Readers are programs, and interrupts of every kind.
 *
 * <p>The end of a reader waits for the core's stores, which stands for the barriers that a grace period promises.
 *
 * @see "Linux include/linux/rcupdate_trace.h, call_rcu_tasks_trace(); Documentation/RCU/Design/Requirements"
 */
public final class Rcu {
    /** Callbacks that can wait at a time. */
    private static final int MOST = 64;

    /** How many callbacks are ready. */
    private static final long READY = KernelMemory.RCU;
    /** 16 bytes each: the object or 0; the CPUs that are waited for, and the number of the function above them. */
    private static final long CALLBACKS = READY + 64;

    private static final int FUNCTION_SHIFT = 56;
    private static final long CPUS = (1L << FUNCTION_SHIFT) - 1;
    /** Per CPU, how deep its readers nest. */
    private static final long NESTING = CALLBACKS + MOST * 16;

    private Rcu() {}

    private static long nesting(int core) {
        return NESTING + 4L * core;
    }

    /** Appends rcu_read_lock(). */
    public static void readLock(Routine.Builder b) {
        b.act("rcu_read_lock", (core, local) -> {
            AddressSpace memory = core.memory();
            memory.write(nesting(core.id()), 4, memory.read(nesting(core.id()), 4) + 1, core.id());
        });
    }

    /** rcu_read_unlock(). */
    public static MicroOp readUnlock() {
        return new LockedUpdate(KernelMemory.at(READY), 4) {
            @Override
            protected long update(Core core, long old) {
                core.setUpdateFailed(false);
                AddressSpace memory = core.memory();
                long depth = memory.read(nesting(core.id()), 4) - 1;
                memory.write(nesting(core.id()), 4, depth, core.id());
                return depth == 0 ? old + quiescent(core) : old;
            }

            @Override
            public String toString() {
                return "rcu_read_unlock";
            }
        };
    }

    /** No grace period waits for this core any more: how many are over by that. */
    private static int quiescent(Core core) {
        AddressSpace memory = core.memory();
        int over = 0;
        for (int i = 0; i < MOST; i++) {
            long waits = CALLBACKS + 16L * i + 8;
            long before = memory.read(waits, 8);
            long after = before & ~(1L << core.id());
            if (before != after) {
                memory.write(waits, 8, after, core.id());
                over += (after & CPUS) == 0 ? 1 : 0;
            }
        }
        return over;
    }

    /**
     * Appends call_rcu_tasks_trace(), which waits for an RCU grace period, too.
     *
     * @param object variable with the address of what the function is called with
     * @param head offset of its rcu_head
     * @param function its number, see {@link #thread}
     */
    public static void call(Routine.Builder b, Kernel kernel, int object, int head, int function) {
        b.then(new LockedUpdate(KernelMemory.field(object, head), 8) {
            @Override
            protected long update(Core core, long old) {
                core.setUpdateFailed(false);
                if (core.isNmiBlocked()) {
                    kernel.listener().calledInNmi(core, "call_rcu_tasks_trace");
                }
                enqueue(core, kernel, core.file()[object], function);
                return 0;
            }

            @Override
            public String toString() {
                return "call_rcu_tasks_trace";
            }
        });
    }

    private static void enqueue(Core core, Kernel kernel, long object, int function) {
        AddressSpace memory = core.memory();
        int free = -1;
        for (int i = MOST - 1; i >= 0; i--) {
            long queued = memory.read(CALLBACKS + 16L * i, 8);
            if (queued == object) {
                kernel.listener().calledRcuTwice(core, object);
                return;
            }
            free = queued == 0 ? i : free;
        }
        if (free < 0) {
            throw new IllegalStateException("more than " + MOST + " RCU callbacks at a time");
        }
        long readers = 0;
        for (int cpu = 0; cpu < FUNCTION_SHIFT; cpu++) {
            readers |= memory.read(nesting(cpu), 4) != 0 ? 1L << cpu : 0;
        }
        memory.write(CALLBACKS + 16L * free, 8, object, core.id());
        memory.write(CALLBACKS + 16L * free + 8, 8, readers | (long) function << FUNCTION_SHIFT, core.id());
        if (readers == 0) {
            memory.write(READY, 4, memory.read(READY, 4) + 1, core.id());
        }
    }

    /**
     * The thread that calls functions after their grace periods. Not a reader.
     *
     * @param functions by their numbers; each is called with the object
     */
    public static Routine thread(Kernel kernel, List<Routine> functions) {
        Routine.Builder b = Routine.named("rcu_tasks_trace_kthread");
        int object = b.local();
        int function = b.local();
        b.label("wait").awaitMemory("grace period ends", KernelMemory.at(READY), 4, ready -> ready != 0, 0);
        b.act("take callback", (core, local) -> take(core, kernel, object, function));
        for (int i = 0; i < functions.size(); i++) {
            int number = i;
            String other = "other-than-" + i;
            b.jumpIf("(another function?)", (core, local) -> local[function] != number, other)
                    .call(functions.get(i), object)
                    .jump("called")
                    .label(other);
        }
        return b.label("called")
                .compute("(called)", (core, local) -> {
                    local[object] = 0;
                    local[function] = 0;
                })
                .jump("wait")
                .build();
    }

    /** Whether the thread has nothing to do on its core. */
    public static boolean isIdle(Core core) {
        return core.index() == 0 && core.memory().read(READY, 4) == 0;
    }

    /** One whose grace period is over, any of them. */
    private static void take(Core core, Kernel kernel, int object, int function) {
        AddressSpace memory = core.memory();
        int ready = (int) memory.read(READY, 4);
        int skip = ready > 1 ? kernel.chooser().choose(ready) : 0;
        for (int i = 0; i < MOST; i++) {
            long at = CALLBACKS + 16L * i;
            long waits = memory.read(at + 8, 8);
            if (memory.read(at, 8) != 0 && (waits & CPUS) == 0 && skip-- == 0) {
                core.file()[object] = memory.read(at, 8);
                core.file()[function] = waits >>> FUNCTION_SHIFT;
                memory.write(at, 8, 0, core.id());
                memory.write(at + 8, 8, 0, core.id());
                memory.write(READY, 4, ready - 1, core.id());
                return;
            }
        }
        throw new IllegalStateException("the RCU thread was woken for nothing");
    }
}
