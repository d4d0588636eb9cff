package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.patcher.kernel.KernelBug;
import java.util.List;

/**
 * Work that a kernel thread does. A work is queued once at a time; as soon as the thread has taken it out it may be queued again, and
 * whoever cancels it then does not wait for the function.
 *
 * <p>One pool with one thread, on a core of its own: it is a task that can be held up anywhere, and is no reader.
 *
 * <p>Layout of a work: PENDING (4 bytes) at {@value #DATA}, number of the function (4) at {@value #FUNCTION}, next in the list (8) at
 * {@value #NEXT}.
 *
 * @see "Linux kernel/workqueue.c, queue_work_on(), cancel_work(), try_to_grab_pending(), process_one_work(), work_busy()"
 */
public final class Workqueue {
    public static final int DATA = 0;
    public static final int FUNCTION = 4;
    public static final int NEXT = 8;
    public static final int SIZE_BYTES = 16;

    // struct worker_pool
    private static final long LOCK = KernelMemory.POOL;
    private static final long FIRST = LOCK + 8;
    private static final long CURRENT = LOCK + 16;
    private static final String NAME = "pool";

    private Workqueue() {}

    /** Writes what INIT_WORK() stores into a work that nobody knows yet. */
    public static void initialise(AddressSpace memory, long work, int function, int core) {
        memory.write(work + DATA, 4, 0, core);
        memory.write(work + FUNCTION, 4, function, core);
        memory.write(work + NEXT, 8, 0, core);
    }

    /** Whether an address is that of the pool's lock. */
    public static boolean isLock(long address) {
        return address == LOCK;
    }

    /** Whether it is queued or its function runs, to one who can stop the world. */
    public static boolean isActive(AddressSpace memory, long work) {
        return memory.read(work + DATA, 4) != 0 || memory.read(CURRENT, 8) == work;
    }

    /** What {@link #isActive} found, in words. */
    public static String describe(AddressSpace memory, long work) {
        return memory.read(work + DATA, 4) != 0 ? "queued" : isActive(memory, work) ? "running" : "inactive";
    }

    /** schedule_work(work): returns 1, or 0 if it was queued already. */
    public static Routine schedule(Kernel kernel) {
        Routine.Builder b = Routine.named("schedule_work");
        int work = b.local();
        int old = b.local();
        int last = b.local();
        int irqs = Kernel.irqSave(b);
        setPending(b, work, old);
        b.jumpIf("(queued already?)", (core, local) -> local[old] != 0, "refused");
        SpinLock.lock(b, kernel, NAME, KernelMemory.at(LOCK));
        Routine tracepoint = kernel.tracepoint();
        if (tracepoint != null) {
            b.call(tracepoint);
        }
        b.storeConstant("work->next = NULL", KernelMemory.field(work, NEXT), 8, 0)
                .load("pool->first", last, KernelMemory.at(FIRST), 8, 0)
                .jumpIf("(something queued?)", (core, local) -> local[last] != 0, "walk")
                .store("pool->first = work", KernelMemory.at(FIRST), 8, work)
                .jump("inserted")
                .label("walk")
                .load("next in the pool", old, KernelMemory.field(last, NEXT), 8, 0)
                .jumpIf("(the last one?)", (core, local) -> local[old] == 0, "append")
                .compute("(on)", (core, local) -> local[last] = local[old])
                .jump("walk")
                .label("append")
                .store("last->next = work", KernelMemory.field(last, NEXT), 8, work)
                .label("inserted");
        if (kernel.time() != null) {
            b.compute("(queued)", (core, local) -> kernel.listener().timerQueued(core, local[work]));
        }
        SpinLock.unlock(b, NAME, KernelMemory.at(LOCK));
        Kernel.irqRestore(b, irqs);
        Kernel.returnValue(b, 1).label("refused");
        Kernel.irqRestore(b, irqs);
        return Kernel.returnValue(b, 0).build();
    }

    private static void setPending(Routine.Builder b, int work, int old) {
        b.then(new LockedUpdate(KernelMemory.field(work, DATA), 4) {
            @Override
            protected long update(Core core, long before) {
                core.file()[old] = before;
                core.setUpdateFailed(false);
                return 1;
            }

            @Override
            public String toString() {
                return "work: set PENDING";
            }
        });
    }

    /** cancel_work(work): returns 1 if it was taken out of the list, else 0; does not wait for the function. */
    public static Routine cancel(Kernel kernel) {
        Routine.Builder b = Routine.named("cancel_work");
        int work = b.local();
        int old = b.local();
        int previous = b.local();
        int current = b.local();
        b.label("again");
        int irqs = Kernel.irqSave(b);
        setPending(b, work, old);
        b.jumpIf("(queued?)", (core, local) -> local[old] != 0, "queued")
                .storeConstant("work: clear PENDING", KernelMemory.field(work, DATA), 4, 0);
        Kernel.cancelled(b, kernel, work, (core, local) -> true);
        Kernel.irqRestore(b, irqs);
        Kernel.returnValue(b, 0).label("queued");
        SpinLock.lock(b, kernel, NAME, KernelMemory.at(LOCK));
        b.compute("(from the first on)", (core, local) -> local[previous] = 0)
                .load("pool->first", current, KernelMemory.at(FIRST), 8, 0)
                .label("walk")
                .jumpIf("(found?)", (core, local) -> local[current] == local[work], "found")
                .jumpIf("(on its way in or out?)", (core, local) -> local[current] == 0, "in-transition")
                .compute("(on)", (core, local) -> local[previous] = local[current])
                .load("next in the pool", current, KernelMemory.field(previous, NEXT), 8, 0)
                .jump("walk")
                .label("found")
                .load("work->next", current, KernelMemory.field(work, NEXT), 8, 0)
                .jumpIf("(not the first?)", (core, local) -> local[previous] != 0, "inside")
                .store("pool->first = next", KernelMemory.at(FIRST), 8, current)
                .jump("out")
                .label("inside")
                .store("previous->next = next", KernelMemory.field(previous, NEXT), 8, current)
                .label("out")
                .storeConstant("work: clear PENDING", KernelMemory.field(work, DATA), 4, 0);
        Kernel.cancelled(b, kernel, work, (core, local) -> true);
        SpinLock.unlock(b, NAME, KernelMemory.at(LOCK));
        Kernel.irqRestore(b, irqs);
        Kernel.returnValue(b, 1).label("in-transition");
        SpinLock.unlock(b, NAME, KernelMemory.at(LOCK));
        Kernel.irqRestore(b, irqs);
        return b.jump("again").build();
    }

    /** work_busy(work): returns 1 if it is queued or runs, else 0. */
    public static Routine busy(Kernel kernel) {
        Routine.Builder b = Routine.named("work_busy");
        int work = b.local();
        int value = b.local();
        int current = b.local();
        int irqs = Kernel.irqSave(b);
        b.load("work: PENDING?", value, KernelMemory.field(work, DATA), 4, 0);
        SpinLock.lock(b, kernel, NAME, KernelMemory.at(LOCK));
        b.load("pool->current", current, KernelMemory.at(CURRENT), 8, 0);
        SpinLock.unlock(b, NAME, KernelMemory.at(LOCK));
        Kernel.irqRestore(b, irqs);
        return Kernel.returnValue(
                        b, "return", (core, local) -> local[value] != 0 || local[current] == local[work] ? 1 : 0)
                .build();
    }

    /** cancel_work_sync(work): waits until the function does not run any more. */
    public static Routine cancelSync(Kernel kernel, Routine cancel, Routine busy) {
        Routine.Builder b = Routine.named("cancel_work_sync");
        int work = b.local();
        int value = b.local();
        b.label("again").call(cancel, work).call(busy, work);
        Kernel.takeResult(b, value);
        return b.jumpIf("(runs still?)", (core, local) -> local[value] != 0, "again")
                .ret()
                .build();
    }

    /**
     * The thread.
     *
     * @param functions by their numbers; each is called with the address of the work
     */
    public static Routine thread(Kernel kernel, List<Routine> functions) {
        Routine.Builder b = Routine.named("worker_thread");
        int work = b.local();
        int value = b.local();
        b.label("wait");
        if (kernel.time() == null) {
            b.awaitMemory("work is queued", KernelMemory.at(FIRST), 8, first -> first != 0, 0);
        } else {
            b.load("is a work queued?", value, KernelMemory.at(FIRST), 8, 0)
                    .jumpIf("(yes)", (core, local) -> local[value] != 0, "queued")
                    .delay("sleep", core -> kernel.costs().wakeUpPs())
                    .jump("wait")
                    .label("queued");
        }
        b.setInterruptsEnabled(false);
        SpinLock.lock(b, kernel, NAME, KernelMemory.at(LOCK));
        b.load("pool->first", work, KernelMemory.at(FIRST), 8, 0)
                .jumpIf("(cancelled?)", (core, local) -> local[work] == 0, "nothing")
                .load("work->next", value, KernelMemory.field(work, NEXT), 8, 0)
                .store("pool->first = next", KernelMemory.at(FIRST), 8, value)
                .store("pool->current = work", KernelMemory.at(CURRENT), 8, work)
                .load("work->func", value, KernelMemory.field(work, FUNCTION), 4, 0)
                .storeConstant("work: clear PENDING", KernelMemory.field(work, DATA), 4, 0);
        SpinLock.unlock(b, NAME, KernelMemory.at(LOCK));
        b.setInterruptsEnabled(true);
        for (int i = 0; i < functions.size(); i++) {
            int number = i;
            String other = "other-than-" + i;
            b.jumpIf("(another function?)", (core, local) -> local[value] != number, other)
                    .call(functions.get(i), work)
                    .jump("ran")
                    .label(other);
        }
        b.compute("(no such function)", (core, local) -> {
                    throw new KernelBug("worker_thread calls function " + local[value] + ": no function");
                })
                .label("ran")
                .setInterruptsEnabled(false);
        SpinLock.lock(b, kernel, NAME, KernelMemory.at(LOCK));
        b.storeConstant("pool->current = NULL", KernelMemory.at(CURRENT), 8, 0).label("nothing");
        SpinLock.unlock(b, NAME, KernelMemory.at(LOCK));
        return b.setInterruptsEnabled(true)
                .compute("(done)", (core, local) -> {
                    local[work] = 0;
                    local[value] = 0;
                })
                .jump("wait")
                .build();
    }

    /** Whether the thread has nothing to do on its core. */
    public static boolean isIdle(Core core) {
        return core.index() == 0 && core.memory().read(FIRST, 8) == 0;
    }
}
