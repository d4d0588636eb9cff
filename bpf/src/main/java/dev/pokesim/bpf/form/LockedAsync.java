package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.NmiState;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.bpf.primitive.Refcount;
import dev.pokesim.bpf.primitive.SpinLock;
import dev.pokesim.bpf.primitive.Workqueue;
import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Map;

/**
 * The form from 2021 to 2025: a lock in the map value around every operation, with interrupts off; refused in NMI. There was no
 * asynchronous cancel then; here it is one under the lock.
 *
 * <p>The saved interrupt flag is kept in one variable of the CPU, whichever lock is taken.
 *
 * @see "Linux kernel/bpf/helpers.c of those years, bpf_timer_start(), __bpf_async_cancel_and_free(), __bpf_spin_lock_irqsave()"
 */
public class LockedAsync implements AsyncForm {
    /** Offset in the map value, behind the pointer. */
    private static final int LOCK = 8;

    /** As listings and verdicts say. */
    public static final String LOCK_NAME = "bpf_spin_lock";

    /** Whether an address is that of the lock of some map value. */
    public static boolean isLock(long address) {
        return KernelMemory.isSlot(address) && (address & KernelMemory.SLOT_SIZE_BYTES - 1) == LOCK;
    }

    @Override
    public String name() {
        return "locked";
    }

    @Override
    public String description() {
        return "a spin lock around every operation, refused in NMI; as from 2021 to 2025";
    }

    /** Appends the check that refuses the operation: jumps to {@code in-nmi}. */
    protected void guard(Routine.Builder b) {
        b.jumpIf("(in NMI?)", (core, local) -> NmiState.inNmi(core), "in-nmi");
    }

    @Override
    public final AsyncRoutines routines(Kernel kernel) {
        AsyncCb.Effects effects = new AsyncCb.Effects(kernel);
        Routine putProgram = AsyncCb.putProgram(kernel);
        Routine update = update(putProgram);
        return new AsyncRoutines(
                Map.of(
                        Operation.INIT,
                        init(kernel),
                        Operation.SET_CALLBACK,
                        setCallback(kernel, update, putProgram),
                        Operation.START,
                        operation(kernel, "bpf_timer_start", AsyncCb.START, effects),
                        Operation.CANCEL,
                        cancel(kernel, effects, update),
                        Operation.CANCEL_ASYNC,
                        operation(kernel, "bpf_timer_cancel_async", AsyncCb.CANCEL, effects),
                        Operation.CANCEL_AND_FREE,
                        cancelAndFree(kernel, effects, update)),
                List.of(),
                List.of(afterGracePeriod(kernel)),
                List.of(deleteWork(kernel, effects)));
    }

    /** __bpf_spin_lock_irqsave(). */
    private static void lock(Routine.Builder b, Kernel kernel, int slot) {
        int flags = Kernel.irqSave(b);
        SpinLock.lock(b, kernel, LOCK_NAME, KernelMemory.field(slot, LOCK));
        b.store("irqsave_flags = IF", KernelMemory.ofThisCpu(KernelMemory.IRQSAVE_FLAGS), 8, flags)
                .compute("(stored)", (core, local) -> local[flags] = 0);
    }

    /** __bpf_spin_unlock_irqrestore(). */
    private static void unlock(Routine.Builder b, int slot) {
        int flags = b.local();
        b.load("irqsave_flags", flags, KernelMemory.ofThisCpu(KernelMemory.IRQSAVE_FLAGS), 8, 0);
        SpinLock.unlock(b, LOCK_NAME, KernelMemory.field(slot, LOCK));
        Kernel.irqRestore(b, flags);
    }

    private static void unlockAndReturn(Routine.Builder b, int slot, long value) {
        unlock(b, slot);
        Kernel.returnValue(b, value);
    }

    private static Routine build(Routine.Builder b) {
        return Kernel.returnValue(b.label("in-nmi"), Errno.EOPNOTSUPP).build();
    }

    private Routine init(Kernel kernel) {
        Routine.Builder b = Routine.named("bpf_timer_init");
        int slot = b.local();
        int kind = b.local();
        int cb = b.local();
        guard(b);
        lock(b, kernel, slot);
        b.load("slot", cb, KernelMemory.field(slot, 0), 8, 0)
                .jumpIf("(there is a timer?)", (core, local) -> local[cb] != 0, "busy");
        NolockAllocator.allocate(b, kernel, NolockAllocator.Cache.CONTROL_BLOCK, cb);
        b.jumpIf("(no memory?)", (core, local) -> local[cb] == 0, "no-memory")
                .compute("(initialise)", (core, local) -> {
                    AsyncCb.initialise(
                            core,
                            local[cb],
                            (int) local[kind],
                            (memory, block, id) -> Workqueue.initialise(
                                    memory, block + AsyncCb.DELETE_WORK, AsyncCb.DELETE_FUNCTION, id));
                })
                .store("slot = cb", KernelMemory.field(slot, 0), 8, cb);
        if (kernel.mapsLoseUsers()) {
            b.fence();
            BpfMap.loadUsers(b, kind);
            b.jumpIf("(used?)", (core, local) -> local[kind] != 0, "used")
                    .storeConstant("slot = 0", KernelMemory.field(slot, 0), 8, 0);
            NolockAllocator.free(b, kernel, NolockAllocator.Cache.CONTROL_BLOCK, cb);
            unlockAndReturn(b, slot, Errno.EPERM);
            b.label("used");
        }
        unlockAndReturn(b, slot, 0);
        b.label("busy");
        unlockAndReturn(b, slot, Errno.EBUSY);
        b.label("no-memory");
        unlockAndReturn(b, slot, Errno.ENOMEM);
        return build(b);
    }

    private Routine setCallback(Kernel kernel, Routine update, Routine putProgram) {
        Routine.Builder b = Routine.named("bpf_timer_set_callback");
        int slot = b.local();
        int number = b.local();
        int cb = b.local();
        int program = b.local();
        guard(b);
        lock(b, kernel, slot);
        AsyncCb.loadSlot(b, slot, cb);
        b.compute("(prog)", (core, local) -> local[program] = KernelMemory.program((int) local[number]));
        Refcount.incrementUnlessZero(b, kernel, "prog", KernelMemory.field(program, 0), "gone");
        b.call(update, cb, program, number);
        unlockAndReturn(b, slot, 0);
        b.label("gone");
        unlockAndReturn(b, slot, Errno.ENOENT);
        b.label("no-timer");
        unlockAndReturn(b, slot, Errno.EINVAL);
        return build(b);
    }

    /** Puts a program with its reference in the place of the one before, with the lock held. */
    private static Routine update(Routine putProgram) {
        Routine.Builder b = Routine.named("drop_prog_refcnt");
        int cb = b.local();
        int program = b.local();
        int callback = b.local();
        int previous = b.local();
        return b.load("cb->prog", previous, KernelMemory.field(cb, AsyncCb.PROGRAM), 8, 0)
                .store("cb->prog = prog", KernelMemory.field(cb, AsyncCb.PROGRAM), 8, program)
                .store("cb->callback_fn", KernelMemory.field(cb, AsyncCb.CALLBACK), 8, callback)
                .jumpIf("(there was none?)", (core, local) -> local[previous] == 0, "out")
                .call(putProgram, previous)
                .label("out")
                .ret()
                .build();
    }

    /** An operation that takes effect under the lock. */
    private Routine operation(Kernel kernel, String name, int operation, AsyncCb.Effects effects) {
        Routine.Builder b = Routine.named(name);
        int slot = b.local();
        int nsec = b.local();
        int cb = b.local();
        int op = b.local();
        guard(b);
        lock(b, kernel, slot);
        AsyncCb.loadSlot(b, slot, cb);
        if (operation == AsyncCb.START) {
            AsyncCb.requireProgram(b, cb, op);
        }
        b.compute("(op)", (core, local) -> local[op] = operation).call(effects.process, cb, op, nsec);
        Kernel.takeResult(b, op);
        b.compute("(at once)", (core, local) -> kernel.listener().doneAtOnce(core, local[cb]));
        unlock(b, slot);
        Kernel.returnValue(b, "return", (core, local) -> operation == AsyncCb.START ? 0 : local[op])
                .label("no-timer");
        unlockAndReturn(b, slot, Errno.EINVAL);
        return build(b);
    }

    private Routine cancel(Kernel kernel, AsyncCb.Effects effects, Routine update) {
        Routine.Builder b = Routine.named("bpf_timer_cancel");
        int slot = b.local();
        b.local(); // the argument: not used
        int cb = b.local();
        int current = b.local();
        int value = b.local();
        guard(b);
        lock(b, kernel, slot);
        AsyncCb.loadSlot(b, slot, cb);
        AsyncCb.checkCallback(b, cb, current, value);
        b.compute("(no prog)", (core, local) -> local[value] = 0).call(update, cb, value, value);
        unlock(b, slot);
        AsyncCb.waitForCallback(b, effects, cb, current, value);
        Kernel.returnValue(b, 0).label("deadlock");
        unlockAndReturn(b, slot, Errno.EDEADLK);
        b.label("no-timer");
        unlockAndReturn(b, slot, Errno.EINVAL);
        return build(b);
    }

    /** Takes it out of the map value under the lock; ends it outside of the lock, in a work where waiting might never end. */
    private Routine cancelAndFree(Kernel kernel, AsyncCb.Effects effects, Routine update) {
        Routine.Builder b = Routine.named("bpf_timer_cancel_and_free");
        int slot = b.local();
        b.local(); // the argument: not used
        int cb = b.local();
        int value = b.local();
        guard(b);
        lock(b, kernel, slot);
        AsyncCb.loadSlot(b, slot, cb);
        b.call(update, cb, value, value).storeConstant("slot = 0", KernelMemory.field(slot, 0), 8, 0);
        unlock(b, slot);
        b.jumpIf("(a work?)", (core, local) -> AsyncCb.isWork(core.memory(), local[cb]), "later")
                .load("hrtimer_running", value, KernelMemory.ofThisCpu(KernelMemory.HRTIMER_RUNNING), 8, 0)
                .jumpIf("(in a callback?)", (core, local) -> local[value] != 0, "later")
                .compute("(timer)", (core, local) -> local[value] = local[cb] + AsyncCb.TIMER)
                .call(effects.cancelSync, value);
        AsyncCb.callRcu(b, kernel, Rcu.GracePeriod.TASKS_TRACE, cb);
        AsyncCb.deleted(b, kernel, cb);
        Kernel.returnValue(b, 0)
                .label("later")
                .compute("(delete_work)", (core, local) -> local[value] = local[cb] + AsyncCb.DELETE_WORK)
                .call(effects.schedule, value);
        AsyncCb.deleted(b, kernel, cb);
        Kernel.returnValue(b, 0).label("no-timer");
        unlockAndReturn(b, slot, 0);
        return build(b);
    }

    /** bpf_timer_delete_work(work), bpf_wq_delete_work(work). */
    private static Routine deleteWork(Kernel kernel, AsyncCb.Effects effects) {
        Routine.Builder b = Routine.named("bpf_timer_delete_work");
        int work = b.local();
        int cb = b.local();
        int value = b.local();
        b.compute("(cb)", (core, local) -> {
                    local[cb] = local[work] - AsyncCb.DELETE_WORK;
                    local[value] = local[cb] + AsyncCb.TIMER;
                })
                .jumpIf("(a work?)", (core, local) -> AsyncCb.isWork(core.memory(), local[cb]), "work")
                .call(effects.cancelSync, value)
                .jump("cancelled")
                .label("work")
                .call(effects.cancelWorkSync, value)
                .label("cancelled");
        AsyncCb.callRcu(b, kernel, Rcu.GracePeriod.TASKS_TRACE, cb);
        return b.ret().build();
    }

    private static Routine afterGracePeriod(Kernel kernel) {
        Routine.Builder b = Routine.named("kfree_rcu");
        int cb = b.local();
        NolockAllocator.free(b, kernel, NolockAllocator.Cache.CONTROL_BLOCK, cb);
        return b.ret().build();
    }
}
