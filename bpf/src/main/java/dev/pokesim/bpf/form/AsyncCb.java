package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Hrtimer;
import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.Llist;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.bpf.primitive.Refcount;
import dev.pokesim.bpf.primitive.Workqueue;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The control block of a timer, and the steps that the lock-free forms share. The {@link IrqWork} stands at offset 0, so that a
 * pointer to the one is a pointer to the other.
 *
 * @see "Linux kernel/bpf/helpers.c, struct bpf_async_cb, struct bpf_hrtimer, __bpf_async_init(), bpf_async_update_prog_callback()"
 */
public final class AsyncCb {
    public static final int WORKER = 0;
    public static final int TIMER = 16;
    public static final int REFCOUNT = 48;
    public static final int PROGRAM = 56;
    public static final int CALLBACK = 64;
    public static final int RCU_HEAD = 72;
    /** Callbacks that cancel this timer wait for its callback now: their number. */
    private static final int CANCELLING = 80;

    private static final int KIND = 84;
    /** What a form has of its own begins here, with four bytes that are 0 while no operation or command is under way. */
    static final int OF_FORM = 88;
    /** Work that ends a timer where its CPU cannot wait. */
    static final int DELETE_WORK = 160;

    /** Numbers of the functions that irq_work and RCU call. */
    static final int WORKER_FUNCTION = 0;

    static final int RCU_CALLER_FUNCTION = 1;
    static final int FREE_FUNCTION = 0;
    /** Numbers of the functions that works call. */
    private static final int CALLBACK_FUNCTION = 0;

    static final int DELETE_FUNCTION = 1;
    /** Frees a program whose last reference went with interrupts off. */
    public static final int PROGRAM_FUNCTION = 2;

    /** bpf_async_op. */
    static final int START = 0;

    static final int CANCEL = 1;

    private static final List<Integer> OFFSETS = List.of(
            WORKER,
            IrqWork.FLAGS,
            IrqWork.FUNCTION,
            TIMER,
            REFCOUNT,
            PROGRAM,
            CALLBACK,
            RCU_HEAD,
            CANCELLING,
            KIND,
            OF_FORM,
            DELETE_WORK);
    private static final List<String> NAMES = List.of(
            "worker.node",
            "worker.flags",
            "worker.func",
            "timer",
            "refcnt",
            "prog",
            "callback_fn",
            "rcu",
            "cancelling",
            "type",
            "commands",
            "delete_work");

    /** enum bpf_async_type: what the argument of {@link Operation#INIT} says. */
    public enum Kind {
        /** BPF_ASYNC_TYPE_TIMER. */
        TIMER,
        /** BPF_ASYNC_TYPE_WQ: where a timer has its hrtimer, this has its work. */
        WORK
    }

    private AsyncCb() {}

    /** What is at an address, such as {@code refcnt of timer 0}; null if it is no control block's. */
    public static @Nullable String nameOf(long address) {
        if (NolockAllocator.cacheOf(address) != NolockAllocator.Cache.CONTROL_BLOCK) {
            return null;
        }
        int index = NolockAllocator.Cache.CONTROL_BLOCK.indexOf(address);
        return field(address - NolockAllocator.Cache.CONTROL_BLOCK.around(address)) + " of timer " + index;
    }

    /** The hrtimer that an address lies in; 0 if in none. */
    public static long timerAround(long address) {
        NolockAllocator.Cache blocks = NolockAllocator.Cache.CONTROL_BLOCK;
        if (NolockAllocator.cacheOf(address) != blocks) {
            return 0;
        }
        long timer = blocks.around(address) + TIMER;
        return Address.isWithin(address, timer, Hrtimer.SIZE_BYTES) ? timer : 0;
    }

    private static String field(long offset) {
        String name = NAMES.get(0);
        for (int i = 0; i < OFFSETS.size() && OFFSETS.get(i) <= offset; i++) {
            name = NAMES.get(i);
        }
        return name;
    }

    static boolean isWork(AddressSpace memory, long cb) {
        return memory.read(cb + KIND, 4)
                == Kind.WORK.ordinal(); // written before anybody knows the block, and never again
    }

    /** Whether its timer or work is queued or runs, to one who can stop the world. */
    public static boolean isActive(AddressSpace memory, long cb) {
        return isWork(memory, cb) ? Workqueue.isActive(memory, cb + TIMER) : Hrtimer.isActive(memory, cb + TIMER);
    }

    /** Whether an operation or command is under way, to one who can stop the world. */
    public static boolean isUnderWay(AddressSpace memory, long cb) {
        return memory.read(cb + OF_FORM, 4) != 0;
    }

    /** What {@link #isActive} found, in words. */
    public static String describe(AddressSpace memory, long cb) {
        return isWork(memory, cb) ? Workqueue.describe(memory, cb + TIMER) : Hrtimer.describe(memory, cb + TIMER);
    }

    /** Writes what a form has of its own into a control block that nobody knows yet. */
    @FunctionalInterface
    interface Fields {
        void initialise(AddressSpace memory, long cb, int core);
    }

    /** How a control block gets into its map value: {@code success} becomes 1, or 0 if there was one already. */
    @FunctionalInterface
    interface Publication {
        void append(Routine.Builder b, int slot, int found, int cb, int success);
    }

    /** The compare-and-exchange of the lock-free forms. */
    static void publish(Routine.Builder b, int slot, int found, int cb, int success) {
        b.compareAndExchange(
                "slot: cmpxchg", KernelMemory.field(slot, 0), 8, found, (core, local) -> local[cb], success);
    }

    /** What ends a timer that was initialised while the last user of its map went: returns -EPERM then. */
    @FunctionalInterface
    interface UsersCheck {
        void append(Routine.Builder b, int slot, int value, Routine cancelAndFree);
    }

    /**
     * __bpf_async_init(slot).
     *
     * @param cancelAndFree what ends the timer where the last user of the map has gone by
     */
    static Routine init(
            Kernel kernel, Fields ofForm, Publication publication, UsersCheck users, Routine cancelAndFree) {
        Routine.Builder b = Routine.named("bpf_timer_init");
        int slot = b.local();
        int kind = b.local();
        int cb = b.local();
        int found = b.local();
        int success = b.local();
        b.load("slot", found, KernelMemory.field(slot, 0), 8, 0)
                .jumpIf("(there is a timer?)", (core, local) -> local[found] != 0, "busy");
        NolockAllocator.allocate(b, kernel, NolockAllocator.Cache.CONTROL_BLOCK, cb);
        b.jumpIf("(no memory?)", (core, local) -> local[cb] == 0, "no-memory")
                // nobody knows the object yet, and the exchange comes after all of its stores
                .compute("(initialise)", (core, local) -> initialise(core, local[cb], (int) local[kind], ofForm));
        publication.append(b, slot, found, cb, success);
        b.jumpIf("(somebody was faster?)", (core, local) -> local[success] == 0, "lost");
        if (kernel.mapsLoseUsers()) {
            users.append(b, slot, found, cancelAndFree);
        }
        Kernel.returnValue(b, 0).label("lost");
        NolockAllocator.free(b, kernel, NolockAllocator.Cache.CONTROL_BLOCK, cb);
        b.label("busy");
        Kernel.returnValue(b, Errno.EBUSY).label("no-memory");
        return Kernel.returnValue(b, Errno.ENOMEM).build();
    }

    /** With smp_mb(): who publishes sees that the last user is gone, or the last user sees what was published. */
    static void checkUsersAfterBarrier(Routine.Builder b, int slot, int value, Routine cancelAndFree) {
        b.fence();
        checkUsers(b, slot, value, cancelAndFree);
    }

    static void checkUsers(Routine.Builder b, int slot, int value, Routine cancelAndFree) {
        BpfMap.loadUsers(b, value);
        b.jumpIf("(used?)", (core, local) -> local[value] != 0, "used").call(cancelAndFree, slot, value);
        Kernel.returnValue(b, Errno.EPERM).label("used");
    }

    static void initialise(Core core, long cb, int kind, Fields ofForm) {
        AddressSpace memory = core.memory();
        memory.write(cb + WORKER, 8, 0, core.id());
        memory.write(cb + WORKER + IrqWork.FLAGS, 4, 0, core.id());
        memory.write(cb + WORKER + IrqWork.FUNCTION, 4, WORKER_FUNCTION, core.id());
        if (kind == Kind.WORK.ordinal()) {
            Workqueue.initialise(memory, cb + TIMER, CALLBACK_FUNCTION, core.id());
        } else {
            Hrtimer.initialise(memory, cb + TIMER, core.id());
        }
        memory.write(cb + CANCELLING, 4, 0, core.id());
        memory.write(cb + KIND, 4, kind, core.id());
        memory.write(cb + REFCOUNT, 4, 1, core.id());
        memory.write(cb + PROGRAM, 8, 0, core.id());
        memory.write(cb + CALLBACK, 8, 0, core.id());
        memory.write(cb + OF_FORM, 4, 0, core.id());
        ofForm.initialise(memory, cb, core.id());
    }

    /** bpf_async_set_callback(slot, number of the program). */
    static Routine setCallback(Kernel kernel, Routine update) {
        Routine.Builder b = Routine.named("bpf_timer_set_callback");
        int slot = b.local();
        int number = b.local();
        int cb = b.local();
        int program = b.local();
        loadSlot(b, slot, cb);
        b.compute("(prog)", (core, local) -> local[program] = KernelMemory.program((int) local[number]));
        Refcount.incrementUnlessZero(b, kernel, "prog", KernelMemory.field(program, 0), "gone");
        b.call(update, cb, program, number).call(putProgram(kernel), program);
        Kernel.returnValue(b, 0).label("gone");
        Kernel.returnValue(b, Errno.ENOENT).label("no-timer");
        return Kernel.returnValue(b, Errno.EINVAL).build();
    }

    /** How a program takes the place of another one, which {@code previous} becomes. */
    @FunctionalInterface
    interface Replacement {
        void append(Routine.Builder b, int cb, int program, int previous);
    }

    /** bpf_async_update_prog_callback(cb, prog, callback_fn): whoever takes a program out gives its reference back. */
    static Routine updateProgram(Kernel kernel) {
        return updateProgram(
                kernel,
                (b, cb, program, previous) -> Llist.exchange(
                        b,
                        "cb->prog: xchg",
                        KernelMemory.field(cb, PROGRAM),
                        (core, local) -> local[program],
                        previous));
    }

    static Routine updateProgram(Kernel kernel, Replacement replacement) {
        Routine.Builder b = Routine.named("bpf_async_update_prog_callback");
        int cb = b.local();
        int program = b.local();
        int callback = b.local();
        int previous = b.local();
        int now = b.local();
        b.label("again").jumpIf("(no prog?)", (core, local) -> local[program] == 0, "swap");
        Refcount.increment(b, kernel, "prog", KernelMemory.field(program, 0));
        b.label("swap");
        replacement.append(b, cb, program, previous);
        b.store("cb->callback_fn", KernelMemory.field(cb, CALLBACK), 8, callback)
                .jumpIf("(there was none?)", (core, local) -> local[previous] == 0, "check")
                .call(putProgram(kernel), previous)
                .label("check")
                .compute("(put)", (core, local) -> local[previous] = 0)
                .load("cb->prog again", now, KernelMemory.field(cb, PROGRAM), 8, 0)
                .jumpIf("(somebody else's?)", (core, local) -> local[now] != local[program], "again")
                .load("cb->callback_fn again", now, KernelMemory.field(cb, CALLBACK), 8, 0)
                .jumpIf("(somebody else's?)", (core, local) -> local[now] != local[callback], "again");
        return b.ret().build();
    }

    /** bpf_prog_put(prog): the last reference frees it, by way of a work where interrupts are off. */
    static Routine putProgram(Kernel kernel) {
        Routine.Builder b = Routine.named("bpf_prog_put");
        int program = b.local();
        int last = b.local();
        Refcount.decrementAndTest(b, kernel, "prog", KernelMemory.field(program, 0), last);
        return b.jumpIf("(not the last?)", (core, local) -> local[last] == 0, "out")
                .jumpIf("(irqs are on?)", (core, local) -> core.flags().interruptsEnabled(), "out")
                .compute("(aux->work)", (core, local) -> local[program] += KernelMemory.PROGRAM_WORK)
                .call(Workqueue.schedule(kernel), program)
                .label("out")
                .ret()
                .build();
    }

    /** bpf_prog_free_deferred(work): nobody has a program any more whose last reference is gone. */
    public static Routine freeProgram() {
        return Routine.named("bpf_prog_free_deferred").ret().build();
    }

    /** Appends the load of the slot: jumps to {@code no-timer} if it is empty. */
    static void loadSlot(Routine.Builder b, int slot, int cb) {
        b.load("slot", cb, KernelMemory.field(slot, 0), 8, 0)
                .jumpIf("(no timer?)", (core, local) -> local[cb] == 0, "no-timer");
    }

    /** Appends the check that a start makes: jumps to {@code no-timer} if no callback is set. */
    static void requireProgram(Routine.Builder b, int cb, int value) {
        b.load("cb->prog", value, KernelMemory.field(cb, PROGRAM), 8, 0)
                .jumpIf("(no callback?)", (core, local) -> local[value] == 0, "no-timer")
                .compute("(has a callback)", (core, local) -> local[value] = 0);
    }

    /** Appends the end of a control block: the program's reference, then the memory. */
    static void release(Routine.Builder b, Kernel kernel, int cb, int value) {
        b.load("cb->prog", value, KernelMemory.field(cb, PROGRAM), 8, 0)
                .jumpIf("(no prog?)", (core, local) -> local[value] == 0, "release")
                .call(putProgram(kernel), value)
                .label("release");
        NolockAllocator.free(b, kernel, NolockAllocator.Cache.CONTROL_BLOCK, cb);
    }

    /** What the forms do with timers and works. */
    static final class Effects {
        final Routine start;
        final Routine tryToCancel;
        final Routine cancelSync;
        final Routine schedule;
        final Routine cancelWork;
        final Routine workBusy;
        final Routine cancelWorkSync;
        /** bpf_async_process_op(cb, op, nsec). */
        final Routine process;

        Effects(Kernel kernel) {
            start = Hrtimer.start(kernel);
            tryToCancel = Hrtimer.tryToCancel(kernel);
            cancelSync = Hrtimer.cancel(kernel, tryToCancel);
            schedule = Workqueue.schedule(kernel);
            cancelWork = Workqueue.cancel(kernel);
            workBusy = Workqueue.busy(kernel);
            cancelWorkSync = Workqueue.cancelSync(kernel, cancelWork, workBusy);
            process = processOp(this);
        }
    }

    /** bpf_async_process_op(cb, op, nsec): the effect of a command. */
    private static Routine processOp(Effects effects) {
        Routine.Builder b = Routine.named("bpf_async_process_op");
        int cb = b.local();
        int op = b.local();
        int nsec = b.local();
        int timer = b.local();
        return b.compute("(timer)", (core, local) -> local[timer] = local[cb] + TIMER)
                .jumpIf("(a work?)", (core, local) -> isWork(core.memory(), local[cb]), "work")
                .jumpIf("(cancel?)", (core, local) -> local[op] == CANCEL, "cancel")
                .call(effects.start, timer, nsec)
                .ret()
                .label("cancel")
                .call(effects.tryToCancel, timer)
                .ret()
                .label("work")
                .jumpIf("(cancel?)", (core, local) -> local[op] == CANCEL, "cancel-work")
                .call(effects.schedule, timer)
                .ret()
                .label("cancel-work")
                .call(effects.cancelWork, timer)
                .ret()
                .build();
    }

    /** The irq_work function of a form that must not call call_rcu_tasks_trace() where the last reference went. */
    static Routine rcuCaller(Kernel kernel, Rcu.GracePeriod period) {
        Routine.Builder b = Routine.named("bpf_async_cb_rcu_caller");
        int cb = b.local();
        callRcu(b, kernel, period, cb);
        return b.ret().build();
    }

    /**
     * Appends the cancel that nothing can undo any more, and another grace period where the callback runs still.
     *
     * @param value a variable
     */
    static void cancelAgain(
            Routine.Builder b, Kernel kernel, Rcu.GracePeriod period, Effects effects, int cb, int value) {
        b.compute("(timer)", (core, local) -> local[value] = local[cb] + TIMER)
                .jumpIf("(a work?)", (core, local) -> isWork(core.memory(), local[cb]), "cancel-work-again")
                .call(effects.tryToCancel, value);
        Kernel.takeResult(b, value);
        b.jumpIf("(not running?)", (core, local) -> local[value] >= 0, "cancelled")
                .label("another-period");
        callRcu(b, kernel, period, cb);
        b.ret().label("cancel-work-again");
        cancelWorkAgain(b, effects, cb, value);
        b.label("cancelled").compute("(cancelled)", (core, local) -> local[value] = 0);
    }

    /** Jumps to {@code another-period} if the work is queued or runs still. */
    private static void cancelWorkAgain(Routine.Builder b, Effects effects, int cb, int value) {
        b.call(effects.cancelWork, value);
        Kernel.takeResult(b, value);
        b.jumpIf("(it was queued?)", (core, local) -> local[value] != 0, "cancelled")
                .compute("(work)", (core, local) -> local[value] = local[cb] + TIMER)
                .call(effects.workBusy, value);
        Kernel.takeResult(b, value);
        b.jumpIf("(runs?)", (core, local) -> local[value] != 0, "another-period");
    }

    /** Whether an operation that waits is refused in the state that a core is in. */
    @FunctionalInterface
    interface Refusal {
        boolean holds(Core core);
    }

    /** bpf_timer_cancel(slot): waits for the callback, unless that would never end. */
    static Routine cancel(Effects effects, Routine update, Refusal refusal) {
        Routine.Builder b = Routine.named("bpf_timer_cancel");
        int slot = b.local();
        b.local(); // the argument: not used
        int cb = b.local();
        int current = b.local();
        int value = b.local();
        b.jumpIf("(must not wait here?)", (core, local) -> refusal.holds(core), "not-here");
        loadSlot(b, slot, cb);
        checkCallback(b, cb, current, value);
        b.compute("(no prog)", (core, local) -> local[value] = 0).call(update, cb, value, value);
        waitForCallback(b, effects, cb, current, value);
        Kernel.returnValue(b, 0).label("deadlock");
        Kernel.returnValue(b, Errno.EDEADLK).label("no-timer");
        Kernel.returnValue(b, Errno.EINVAL).label("not-here");
        return Kernel.returnValue(b, Errno.EOPNOTSUPP).build();
    }

    /** Appends what tells whether waiting for a callback ends: jumps to {@code deadlock} if it would not. */
    static void checkCallback(Routine.Builder b, int cb, int current, int value) {
        b.load("hrtimer_running", current, KernelMemory.ofThisCpu(KernelMemory.HRTIMER_RUNNING), 8, 0)
                .jumpIf("(not in a callback?)", (core, local) -> local[current] == 0, "may-wait")
                .jumpIf("(its own?)", (core, local) -> local[current] == local[cb], "deadlock")
                .fetchAndAdd("cancelling + 1", KernelMemory.field(cb, CANCELLING), 4, 1, value)
                .load("cancelling mine?", value, KernelMemory.field(current, CANCELLING), 4, 0)
                .jumpIf("(nobody?)", (core, local) -> local[value] == 0, "may-wait")
                .fetchAndAdd("cancelling - 1", KernelMemory.field(cb, CANCELLING), 4, -1, value)
                .jump("deadlock")
                .label("may-wait");
    }

    /** Appends the wait. */
    static void waitForCallback(Routine.Builder b, Effects effects, int cb, int current, int value) {
        b.compute("(timer)", (core, local) -> local[value] = local[cb] + TIMER)
                .call(effects.cancelSync, value)
                .jumpIf("(not in a callback?)", (core, local) -> local[current] == 0, "waited")
                .fetchAndAdd("cancelling - 1", KernelMemory.field(cb, CANCELLING), 4, -1, value)
                .label("waited")
                .compute("(waited)", (core, local) -> {
                    local[current] = 0;
                    local[value] = 0;
                });
    }

    /**
     * bpf_timer_cb(timer): what the timer calls.
     *
     * @param programs by their numbers, from 1 on
     */
    public static Routine timerCallback(Kernel kernel, List<Routine> programs) {
        Routine.Builder b = Routine.named("bpf_timer_cb");
        int timer = b.local();
        int callback = b.local();
        int running = b.local();
        b.compute("(cb)", (core, local) -> local[running] = local[timer] - TIMER)
                .store("hrtimer_running = cb", KernelMemory.ofThisCpu(KernelMemory.HRTIMER_RUNNING), 8, running)
                .compute("(stored)", (core, local) -> local[running] = 0);
        run(b, kernel, timer, callback, programs);
        return b.label("out")
                .storeConstant("hrtimer_running = 0", KernelMemory.ofThisCpu(KernelMemory.HRTIMER_RUNNING), 8, 0)
                .ret()
                .build();
    }

    /**
     * bpf_wq_work(work): what the work calls. It is a reader only from where it runs the program.
     *
     * @param programs by their numbers, from 1 on
     */
    public static Routine workCallback(Kernel kernel, List<Routine> programs) {
        Routine.Builder b = Routine.named("bpf_wq_work");
        int work = b.local();
        int callback = b.local();
        if (kernel.time() != null) {
            b.compute("(fires)", (core, local) -> kernel.listener().timerFires(core, local[work]));
        }
        b.load("cb->callback_fn", callback, core -> core.file()[work] - TIMER + CALLBACK, 8, 0)
                .jumpIf("(none?)", (core, local) -> local[callback] == 0, "out")
                .compute("(chosen)", (core, local) -> kernel.listener().callbackChosen(core, local[work] - TIMER));
        Rcu.readLockTrace(b);
        runProgram(b, callback, programs);
        Rcu.readUnlockTrace(b, kernel);
        return b.label("out").ret().build();
    }

    private static void run(Routine.Builder b, Kernel kernel, int timer, int callback, List<Routine> programs) {
        b.load("cb->callback_fn", callback, core -> core.file()[timer] - TIMER + CALLBACK, 8, 0)
                .jumpIf("(none?)", (core, local) -> local[callback] == 0, "out")
                .compute("(chosen)", (core, local) -> kernel.listener().callbackChosen(core, local[timer] - TIMER));
        runProgram(b, callback, programs);
    }

    private static void runProgram(Routine.Builder b, int callback, List<Routine> programs) {
        for (int i = 0; i < programs.size(); i++) {
            int number = i + 1;
            b.jumpIf("(another program?)", (core, local) -> local[callback] != number, "other-than-" + number)
                    .call(programs.get(i))
                    .label("other-than-" + number);
        }
    }

    /** Appends what those who listen are told where cancel_and_free returns. */
    static Routine.Builder deleted(Routine.Builder b, Kernel kernel, int cb) {
        return b.compute("(deleted)", (core, local) -> kernel.listener().timerDeleted(core, local[cb]));
    }

    /** Appends call_rcu_tasks_trace() or call_rcu() of a control block. */
    static void callRcu(Routine.Builder b, Kernel kernel, Rcu.GracePeriod period, int cb) {
        Rcu.call(b, kernel, period, cb, RCU_HEAD, FREE_FUNCTION);
    }
}
