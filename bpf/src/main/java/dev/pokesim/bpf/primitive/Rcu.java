package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * Grace periods. One is over when every reader that it waits for and that was active at the call has ended; a thread on a core of its
 * own then calls the function, as late as it likes. RCU readers are programs that do not sleep, and interrupts of every kind; readers
 * of RCU-tasks-trace are programs that may sleep. On a CPU no reader of the second kind begins inside of one of the first.
 *
 * <p>The end of a reader waits for the core's stores, which stands for the barriers that a grace period promises.
 *
 * @see "Linux include/linux/rcupdate_trace.h, call_rcu_tasks_trace(); Documentation/RCU/Design/Requirements"
 */
public final class Rcu {
    /** Callbacks that can wait at a time. */
    private static final int MOST = 512;

    /** How many callbacks are ready. */
    private static final long READY = KernelMemory.RCU;
    /** How many cores there are: it never changes. */
    private static final long CORES = READY + 8;
    /** One behind the last callback that is in use. */
    private static final long END = READY + 16;
    /** The object or 0, the numbers of function and grace period, how many CPUs are waited for, and a bit for each of them. */
    private static final long CALLBACKS = READY + 64;

    private static final int FUNCTION = 8;
    private static final int PERIOD = 10;
    private static final int COUNT = 12;
    private static final int MASK = 16;
    private static final int MASK_WORDS = 8;
    private static final int CALLBACK_SIZE_BYTES = MASK + 8 * MASK_WORDS;
    /** Most cores that there can be. */
    private static final int MOST_CORES = 64 * MASK_WORDS;
    /** Per CPU, how deep its readers nest, in two bytes for each kind, and whether callbacks wait for it. */
    private static final long NESTING = CALLBACKS + MOST * CALLBACK_SIZE_BYTES;

    private static final List<GracePeriod> PERIODS = List.of(GracePeriod.values());

    /** Kinds of readers, by the unit in which they are counted. */
    private enum Reader {
        RCU(1),
        TASKS_TRACE(1 << 16);

        private final long unit;

        Reader(long unit) {
            this.unit = unit;
        }

        private long mask() {
            return unit * 0xffff;
        }

        private boolean isActive(long nesting) {
            return (nesting & mask()) != 0;
        }
    }

    /** What is waited for. */
    public enum GracePeriod {
        /** For both kinds of readers: as call_rcu_tasks_trace() has it now. */
        TASKS_TRACE("call_rcu_tasks_trace", Reader.RCU.mask() | Reader.TASKS_TRACE.mask()),
        /** For programs that may sleep alone: as call_rcu_tasks_trace() once had it. */
        TASKS_TRACE_ALONE("call_rcu_tasks_trace", Reader.TASKS_TRACE.mask()),
        /** For programs that do not sleep, and interrupts. */
        RCU("call_rcu", Reader.RCU.mask());

        private final String function;
        private final long readers;

        GracePeriod(String function, long readers) {
            this.function = function;
            this.readers = readers;
        }

        private boolean waitsFor(long nesting) {
            return (nesting & readers) != 0;
        }
    }

    private Rcu() {}

    private static long nesting(int core) {
        return NESTING + 8L * core;
    }

    private static long waiting(int core) {
        return nesting(core) + 4;
    }

    private static long callback(int number) {
        return CALLBACKS + (long) CALLBACK_SIZE_BYTES * number;
    }

    static void setUp(AddressSpace memory, int cores) {
        if (cores > MOST_CORES) {
            throw new IllegalArgumentException(cores + " cores are more than " + MOST_CORES);
        }
        memory.write(CORES, 4, cores, 0);
    }

    /** Appends rcu_read_lock(). */
    public static void readLock(Routine.Builder b) {
        enter(b, "rcu_read_lock", Reader.RCU);
    }

    /** Appends rcu_read_lock_trace(): what a program begins with that may sleep. */
    public static void readLockTrace(Routine.Builder b) {
        enter(b, "rcu_read_lock_trace", Reader.TASKS_TRACE);
    }

    private static void enter(Routine.Builder b, String text, Reader reader) {
        b.act(text, (core, local) -> {
            AddressSpace memory = core.memory();
            memory.write(nesting(core.id()), 4, memory.read(nesting(core.id()), 4) + reader.unit, core.id());
        });
    }

    /** Appends rcu_read_unlock(). On a machine with time no two CPUs share a line by it: each has counters of its own there. */
    public static void readUnlock(Routine.Builder b, Kernel kernel) {
        leave(b, kernel, "rcu_read_unlock", Reader.RCU);
    }

    /** Appends rcu_read_unlock_trace(), with counters as {@link #readUnlock(Routine.Builder, Kernel)}. */
    public static void readUnlockTrace(Routine.Builder b, Kernel kernel) {
        leave(b, kernel, "rcu_read_unlock_trace", Reader.TASKS_TRACE);
    }

    private static void leave(Routine.Builder b, Kernel kernel, String text, Reader reader) {
        if (kernel.time() == null) {
            b.then(leave(text, reader));
            return;
        }
        b.fence().act(text, (core, local) -> {
            AddressSpace memory = core.memory();
            memory.write(READY, 4, leave(core, reader, memory.read(READY, 4)), core.id());
        });
    }

    /** rcu_read_unlock() on a machine without time. */
    public static MicroOp readUnlock() {
        return leave("rcu_read_unlock", Reader.RCU);
    }

    /** rcu_read_unlock_trace() on a machine without time. */
    public static MicroOp readUnlockTrace() {
        return leave("rcu_read_unlock_trace", Reader.TASKS_TRACE);
    }

    private static MicroOp leave(String text, Reader reader) {
        return new LockedUpdate(KernelMemory.at(READY), 4) {
            @Override
            protected long update(Core core, long old) {
                core.setUpdateFailed(false);
                return leave(core, reader, old);
            }

            @Override
            public String toString() {
                return text;
            }
        };
    }

    /** A reader ends: how many callbacks are ready, then. */
    private static long leave(Core core, Reader reader, long ready) {
        AddressSpace memory = core.memory();
        long nesting = memory.read(nesting(core.id()), 4) - reader.unit;
        memory.write(nesting(core.id()), 4, nesting, core.id());
        return reader.isActive(nesting) ? ready : ready + quiescent(core, nesting);
    }

    /** A core has no readers of a kind any more: how many grace periods are over by that. */
    private static int quiescent(Core core, long nesting) {
        AddressSpace memory = core.memory();
        if (memory.read(waiting(core.id()), 4) == 0) {
            return 0;
        }
        int left = 0;
        int over = 0;
        int end = (int) memory.read(END, 4);
        for (int i = 0; i < end; i++) {
            long word = callback(i) + MASK + 8L * (core.id() >> 6);
            long before = memory.read(word, 8);
            long after = before & ~(1L << core.id());
            if (before == after) {
                continue;
            }
            if (period(memory, i).waitsFor(nesting)) {
                left = 1;
            } else {
                long count = memory.read(callback(i) + COUNT, 4) - 1;
                memory.write(word, 8, after, core.id());
                memory.write(callback(i) + COUNT, 4, count, core.id());
                over += count == 0 ? 1 : 0;
            }
        }
        memory.write(waiting(core.id()), 4, left, core.id());
        return over;
    }

    private static GracePeriod period(AddressSpace memory, int number) {
        return PERIODS.get((int) memory.read(callback(number) + PERIOD, 2));
    }

    /**
     * Appends call_rcu_tasks_trace() or call_rcu().
     *
     * @param object variable with the address of what the function is called with
     * @param head offset of its rcu_head
     * @param function its number, see {@link #thread}
     */
    public static void call(Routine.Builder b, Kernel kernel, GracePeriod period, int object, int head, int function) {
        b.then(new LockedUpdate(KernelMemory.field(object, head), 8) {
            @Override
            protected long update(Core core, long old) {
                core.setUpdateFailed(false);
                if (NmiState.inNmi(core)) {
                    kernel.listener().calledInNmi(core, period.function);
                }
                enqueue(core, kernel, period, core.file()[object], function);
                return 0;
            }

            @Override
            public String toString() {
                return period.function;
            }
        });
    }

    private static void enqueue(Core core, Kernel kernel, GracePeriod period, long object, int function) {
        AddressSpace memory = core.memory();
        int end = (int) memory.read(END, 4);
        int free = end;
        for (int i = end - 1; i >= 0; i--) {
            long queued = memory.read(callback(i), 8);
            if (queued == object) {
                kernel.listener().calledRcuTwice(core, object);
                return;
            }
            free = queued == 0 ? i : free;
        }
        if (free == MOST) {
            throw new IllegalStateException("more than " + MOST + " RCU callbacks at a time");
        }
        memory.write(END, 4, Math.max(end, free + 1), core.id());
        int cores = (int) memory.read(CORES, 4);
        int readers = 0;
        for (int cpu = 0; cpu < cores; cpu++) {
            if (period.waitsFor(memory.read(nesting(cpu), 4))) {
                long word = callback(free) + MASK + 8L * (cpu >> 6);
                memory.write(word, 8, memory.read(word, 8) | 1L << cpu, core.id());
                memory.write(waiting(cpu), 4, 1, core.id());
                readers++;
            }
        }
        memory.write(callback(free), 8, object, core.id());
        memory.write(callback(free) + FUNCTION, 2, function, core.id());
        memory.write(callback(free) + PERIOD, 2, period.ordinal(), core.id());
        memory.write(callback(free) + COUNT, 4, readers, core.id());
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
        b.label("wait");
        if (kernel.time() == null) {
            b.awaitMemory("grace period ends", KernelMemory.at(READY), 4, ready -> ready != 0, 0);
        } else {
            b.load("is a grace period over?", function, KernelMemory.at(READY), 4, 0)
                    .jumpIf("(yes)", (core, local) -> local[function] != 0, "over")
                    .delay("sleep", core -> kernel.costs().wakeUpPs())
                    .jump("wait")
                    .label("over");
        }
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
        int end = (int) memory.read(END, 4);
        for (int i = 0; i < end; i++) {
            long at = callback(i);
            if (memory.read(at, 8) != 0 && memory.read(at + COUNT, 4) == 0 && skip-- == 0) {
                core.file()[object] = memory.read(at, 8);
                core.file()[function] = memory.read(at + FUNCTION, 2);
                memory.write(at, 8, 0, core.id());
                memory.write(at + FUNCTION, 4, 0, core.id());
                memory.write(READY, 4, ready - 1, core.id());
                while (end > 0 && memory.read(callback(end - 1), 8) == 0) {
                    end--;
                }
                memory.write(END, 4, end, core.id());
                return;
            }
        }
        throw new IllegalStateException("the RCU thread was woken for nothing");
    }
}
