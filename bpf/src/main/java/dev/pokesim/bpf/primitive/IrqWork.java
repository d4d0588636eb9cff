package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Code;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.patcher.kernel.KernelBug;
import java.util.List;
import java.util.function.Consumer;

/**
 * Work that is handed from any context, NMIs included, to an interrupt of the same CPU. As soon as PENDING is cleared it may be
 * queued again, on another CPU too, so that two runs of one work overlap; and its flags are touched once more after the function.
 *
 * <p>Layout: list node at 0, flags (4 bytes) at {@value #FLAGS}, number of the function (4 bytes) at {@value #FUNCTION}.
 *
 * @see "Linux kernel/irq_work.c, irq_work_queue(), irq_work_run_list(), irq_work_single()"
 */
public final class IrqWork {
    /** IRQ_WORK_VECTOR. */
    public static final int VECTOR = 0xf6;

    public static final int FLAGS = 8;
    public static final int FUNCTION = 12;
    public static final int SIZE_BYTES = 16;

    /** IRQ_WORK_PENDING: queued, and not begun. */
    public static final int PENDING = 1;
    /** IRQ_WORK_BUSY: queued or running; not reliable, see the class. */
    public static final int BUSY = 2;

    private static final String HANDLER = "irq_work_run";

    private IrqWork() {}

    /** Whether a core handles the interrupt now, however deep below: the one hard interrupt in which functions of BPF's run. */
    public static boolean isRunning(Core core) {
        for (int level = 0; level < core.depth(); level++) {
            Code suspended = core.suspended(level);
            if (suspended != null && suspended.name().equals(HANDLER)) {
                return true;
            }
        }
        return false;
    }

    /** irq_work_queue(work): returns 1, or 0 if it was pending already. */
    public static Routine queue(Kernel kernel) {
        Routine.Builder b = Routine.named("irq_work_queue");
        int work = b.local();
        int old = b.local();
        int wasEmpty = b.local();
        b.then(new LockedUpdate(KernelMemory.field(work, FLAGS), 4) {
            @Override
            protected long update(Core core, long before) {
                core.file()[old] = before;
                core.setUpdateFailed(false);
                if ((before & PENDING) == 0) {
                    kernel.listener().workQueued(core, address(core) - FLAGS);
                }
                return before | PENDING | BUSY;
            }

            @Override
            public String toString() {
                return "irq_work: claim";
            }
        });
        b.jumpIf("(pending already?)", (core, local) -> (local[old] & PENDING) != 0, "refused");
        Llist.add(b, "raised_list", work, KernelMemory.ofThisCpu(KernelMemory.RAISED_LIST), wasEmpty);
        b.jumpIf("(somebody has sent the interrupt?)", (core, local) -> local[wasEmpty] == 0, "queued");
        interruptThisCpu(b, kernel);
        b.label("queued");
        Kernel.returnValue(b, 1).label("refused");
        return Kernel.returnValue(b, 0).build();
    }

    /** Where text is patched at the same time, calls are for others: this interrupt is none, then. */
    private static void interruptThisCpu(Routine.Builder b, Kernel kernel) {
        if (kernel.time() == null) {
            b.sendIpi(VECTOR, (core, local) -> core.id());
        } else {
            b.sendIpiWithoutCall(VECTOR, (core, local) -> core.id());
        }
    }

    /** Appends init_irq_work() as plain stores; a {@link KernelBug} while it is pending, since its list would be lost. */
    public static void initialise(Routine.Builder b, int work, int function) {
        b.compute("(not pending?)", (core, local) -> {
            if ((core.memory().read(local[work] + FLAGS, 4) & PENDING) != 0) {
                throw new KernelBug("core " + core.id() + ": an irq_work is initialised while it is pending");
            }
        });
        b.storeConstant("irq_work: node", KernelMemory.field(work, 0), 8, 0)
                .storeConstant("irq_work: flags", KernelMemory.field(work, FLAGS), 4, 0)
                .storeConstant("irq_work: func", KernelMemory.field(work, FUNCTION), 4, function);
    }

    /**
     * The interrupt.
     *
     * @param functions by their numbers; each is called with the address of the work
     */
    public static Routine handler(Kernel kernel, List<Routine> functions) {
        return handler(kernel, functions, IrqWork::beforeFunction);
    }

    /** One that must fail: without the barrier behind the store that clears PENDING. */
    public static Routine brokenHandlerWithoutBarrier(Kernel kernel, List<Routine> functions) {
        return handler(kernel, functions, b -> {});
    }

    /** One that stands for a thread, as with PREEMPT_RT: it is no reader, so a grace period may end in it. */
    public static Routine threadedHandler(Kernel kernel, List<Routine> functions) {
        return handler(kernel, functions, IrqWork::beforeFunction, false);
    }

    private static Routine handler(Kernel kernel, List<Routine> functions, Consumer<Routine.Builder> beforeFunction) {
        return handler(kernel, functions, beforeFunction, true);
    }

    private static Routine handler(
            Kernel kernel, List<Routine> functions, Consumer<Routine.Builder> beforeFunction, boolean isReader) {
        Routine.Builder b = Routine.named(HANDLER);
        b.interruptEntry(kernel.costs().interruptEntryPs(), 0);
        int list = b.local();
        int work = b.local();
        int flags = b.local();
        int function = b.local();
        int success = b.local();
        Kernel.acknowledge(b, kernel);
        if (isReader) {
            Rcu.readLock(b);
        }
        Llist.takeAll(b, "raised_list", KernelMemory.ofThisCpu(KernelMemory.RAISED_LIST), list);
        b.label("next")
                .jumpIf("(no more?)", (core, local) -> local[list] == 0, "done")
                .compute("(work)", (core, local) -> local[work] = local[list])
                .load("work->node.next", list, KernelMemory.field(work, 0), 8, 0)
                .load("irq_work: flags", flags, KernelMemory.field(work, FLAGS), 4, 0)
                .compute("(clear PENDING)", (core, local) -> local[flags] &= ~PENDING)
                .store("irq_work: clear PENDING", KernelMemory.field(work, FLAGS), 4, flags);
        beforeFunction.accept(b);
        if (kernel.time() != null) {
            b.compute("(runs)", (core, local) -> kernel.listener().workRuns(core, local[work]));
        }
        b.load("irq_work: func", function, KernelMemory.field(work, FUNCTION), 4, 0);
        for (int i = 0; i < functions.size(); i++) {
            int number = i;
            String other = "other-than-" + i;
            b.jumpIf("(another function?)", (core, local) -> local[function] != number, other)
                    .call(functions.get(i), work)
                    .jump("ran")
                    .label(other);
        }
        b.compute("(no such function)", (core, local) -> {
                    throw new KernelBug("irq_work calls function " + local[function] + ": no function");
                })
                .label("ran")
                .compareAndExchange(
                        "irq_work: clear BUSY",
                        KernelMemory.field(work, FLAGS),
                        4,
                        flags,
                        (core, local) -> local[flags] & ~BUSY,
                        success)
                .compute("(on)", (core, local) -> {
                    local[flags] = 0;
                    local[function] = 0;
                    local[success] = 0;
                })
                .jump("next")
                .label("done");
        if (isReader) {
            Rcu.readUnlock(b, kernel);
        }
        return b.interruptReturn(kernel.costs().interruptExitPs()).build();
    }

    /** smp_mb() between clearing PENDING and the function: a data store before a refused claim is seen. */
    private static void beforeFunction(Routine.Builder b) {
        b.fence();
    }
}
