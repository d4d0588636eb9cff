package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.coherence.Topology;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.patcher.kernel.KernelBug;
import dev.pokesim.patcher.kernel.KernelLayout;
import java.util.Objects;

/**
 * High-resolution timers in soft mode: each is queued on the base of one CPU, whose interrupt runs the callback with interrupts on.
 * Starting one while its callback runs queues it again; trying to cancel it then returns -1 and takes nothing out of the queue.
 *
 * <p>Layout of a timer: base (8 bytes) at {@value #BASE}, next in the queue (8) at {@value #NEXT}, when it is due (8) at
 * {@value #EXPIRES}, whether it is queued (4) at {@value #STATE}.
 *
 * <p>On a machine without time one interrupt runs one timer, at any time after it was started. On one with time the queue is sorted
 * by expiry in nanoseconds, the clock is programmed for the first one, and its interrupt runs all that have expired by then.
 *
 * @see "Linux kernel/time/hrtimer.c, hrtimer_start_range_ns(), hrtimer_try_to_cancel(), __run_hrtimer()"
 */
public final class Hrtimer {
    /** LOCAL_TIMER_VECTOR. */
    public static final int VECTOR = 0xec;

    public static final int BASE = 0;
    public static final int NEXT = 8;
    public static final int EXPIRES = 16;
    public static final int STATE = 24;
    public static final int SIZE_BYTES = 32;

    // struct hrtimer_clock_base
    private static final int LOCK = 0;
    private static final int SEQUENCE = 4;
    private static final int RUNNING = 8;
    private static final int FIRST = 16;
    /** Whether the clock will interrupt. */
    private static final int PROGRAMMED = 24;

    private static final String NAME = "hrtimer base";
    private static final long PS_PER_NS = 1000;
    /** In {@link #BASE} while a timer moves from one base to another. */
    private static final long MIGRATION = 1;

    private Hrtimer() {}

    /** The base of a CPU. */
    public static long base(int cpu) {
        return KernelLayout.perCpu(cpu) + KernelMemory.HRTIMER_BASE;
    }

    /** Whether an address belongs to some CPU's base. */
    public static boolean isBase(long address) {
        return KernelLayout.isPerCpu(address, Topology.MAX_CORES)
                && Address.isWithin(address, base(KernelLayout.coreOf(address)), 32);
    }

    /** Whether an address is that of the lock of some CPU's base. */
    public static boolean isLock(long address) {
        return isBase(address) && address == base(KernelLayout.coreOf(address)) + LOCK;
    }

    /**
     * Who alone touches a field of a timer or base now, because it holds the base's lock and has not begun to give it back.
     *
     * @param timer the timer that {@code address} lies in, or 0
     * @param withReads whether nobody else reads it either: some fields are read without the lock
     * @return the number of the core, or -1
     */
    public static int holder(Machine machine, long address, long timer, boolean withReads) {
        AddressSpace memory = machine.memory();
        long base = timer == 0 ? base(KernelLayout.coreOf(address)) : memory.read(timer + BASE, 8);
        long half = (timer == 0 ? address - base : address - timer) & -4; // fields begin at a multiple of four bytes
        long field = timer == 0 && half == SEQUENCE ? half : half & -8;
        boolean isPrivate = timer == 0 ? field == FIRST : field == NEXT || field == EXPIRES;
        boolean isKnown = isPrivate
                || !withReads && (timer == 0 ? field == SEQUENCE || field == RUNNING : field == BASE || field == STATE);
        if (!isKnown || !isBase(base)) {
            return -1;
        }
        int holder = (int) memory.read(base + LOCK, 4) - 1;
        StoreBuffer stores = holder < 0 ? null : machine.core(holder).storeBuffer();
        return stores == null || stores.overlaps(base + LOCK, 4) ? -1 : holder;
    }

    /** Whether it is queued or its callback runs: what hrtimer_active() says to one who can stop the world. */
    public static boolean isActive(AddressSpace memory, long timer) {
        return memory.read(timer + STATE, 4) != 0 || memory.read(memory.read(timer + BASE, 8) + RUNNING, 8) == timer;
    }

    /** What {@link #isActive} found, in words. */
    public static String describe(AddressSpace memory, long timer) {
        return memory.read(timer + STATE, 4) != 0 ? "queued" : isActive(memory, timer) ? "running" : "inactive";
    }

    /** Writes what hrtimer_setup() stores into a timer that nobody knows yet. */
    public static void initialise(AddressSpace memory, long timer, int core) {
        memory.write(timer + BASE, 8, base(core), core);
        memory.write(timer + NEXT, 8, 0, core);
        memory.write(timer + EXPIRES, 8, 0, core);
        memory.write(timer + STATE, 4, 0, core);
    }

    /** hrtimer_start(timer, nsec): returns nothing. */
    public static Routine start(Kernel kernel) {
        Routine.Builder b = Routine.named("hrtimer_start");
        int timer = b.local();
        int nsec = b.local();
        int value = b.local();
        int irqs = Kernel.irqSave(b);
        int base = lockBase(b, kernel, timer);
        int target = b.local();
        b.load("timer->state", value, KernelMemory.field(timer, STATE), 4, 0)
                .jumpIf("(not queued?)", (core, local) -> local[value] == 0, "dequeued")
                .call(dequeue(), base, timer)
                .label("dequeued")
                .load("base->running", value, KernelMemory.field(base, RUNNING), 8, 0)
                .compute(
                        "(stay where the callback runs)",
                        (core, local) -> local[target] = local[value] == local[timer] ? local[base] : base(core.id()))
                .jumpIf("(same base?)", (core, local) -> local[target] == local[base], "on-base")
                .storeConstant("timer->base = migration", KernelMemory.field(timer, BASE), 8, MIGRATION);
        SpinLock.unlock(b, NAME, KernelMemory.field(base, LOCK));
        SpinLock.lock(b, kernel, NAME, KernelMemory.field(target, LOCK));
        b.store("timer->base = this", KernelMemory.field(timer, BASE), 8, target)
                .label("on-base")
                .compute("(base)", (core, local) -> {
                    local[base] = local[target];
                    local[target] = 0;
                });
        Routine tracepoint = kernel.tracepoint();
        if (tracepoint != null) {
            b.call(tracepoint);
        }
        if (kernel.time() == null) {
            b.store("timer->expires", KernelMemory.field(timer, EXPIRES), 8, nsec)
                    .load("base->first", value, KernelMemory.field(base, FIRST), 8, 0)
                    .store("timer->next", KernelMemory.field(timer, NEXT), 8, value)
                    .store("base->first = timer", KernelMemory.field(base, FIRST), 8, timer)
                    .storeConstant("timer->state = enqueued", KernelMemory.field(timer, STATE), 4, 1)
                    .compute("(queued)", (core, local) -> kernel.listener().timerQueued(core, local[timer]));
            program(b, base, value);
        } else {
            b.call(enqueueByExpiry(kernel), base, timer, nsec);
        }
        SpinLock.unlock(b, NAME, KernelMemory.field(base, LOCK));
        Kernel.irqRestore(b, irqs);
        return b.ret().build();
    }

    /** enqueue_hrtimer(base, timer) and hrtimer_reprogram() on a machine with time, with the lock held. */
    private static Routine enqueueByExpiry(Kernel kernel) {
        Routine.Builder b = Routine.named("enqueue_hrtimer");
        int base = b.local();
        int timer = b.local();
        int expires = b.local(); // the time from now on at first
        int previous = b.local();
        int current = b.local();
        int value = b.local();
        b.compute("(expires)", (core, local) -> local[expires] += core.timePs() / PS_PER_NS)
                .store("timer->expires", KernelMemory.field(timer, EXPIRES), 8, expires)
                .load("base->first", current, KernelMemory.field(base, FIRST), 8, 0)
                .label("walk")
                .jumpIf("(the last?)", (core, local) -> local[current] == 0, "place")
                .load("its expiry", value, KernelMemory.field(current, EXPIRES), 8, 0)
                .jumpIf("(later?)", (core, local) -> local[value] > local[expires], "place")
                .compute("(on)", (core, local) -> local[previous] = local[current])
                .load("next in the queue", current, KernelMemory.field(previous, NEXT), 8, 0)
                .jump("walk")
                .label("place")
                .store("timer->next", KernelMemory.field(timer, NEXT), 8, current)
                .storeConstant("timer->state = enqueued", KernelMemory.field(timer, STATE), 4, 1)
                .compute("(queued)", (core, local) -> kernel.listener().timerQueued(core, local[timer]))
                .jumpIf("(the first?)", (core, local) -> local[previous] == 0, "first")
                .store("previous->next = timer", KernelMemory.field(previous, NEXT), 8, timer)
                .ret()
                .label("first")
                .store("base->first = timer", KernelMemory.field(base, FIRST), 8, timer)
                // the softirq programs the clock when it is done
                .load("base->running", value, KernelMemory.field(base, RUNNING), 8, 0)
                .jumpIf("(in softirq there?)", (core, local) -> local[value] != 0, "out")
                .load("clock programmed?", value, KernelMemory.field(base, PROGRAMMED), 8, 0)
                .jumpIf("(early enough?)", (core, local) -> local[value] != 0 && local[value] <= local[expires], "out");
        programFor(b, kernel, base, expires);
        return b.label("out").ret().build();
    }

    /** The clock of this CPU will interrupt at a time in nanoseconds. */
    private static void programFor(Routine.Builder b, Kernel kernel, int base, int expires) {
        b.store("clock: programmed", KernelMemory.field(base, PROGRAMMED), 8, expires)
                .act(
                        "program clock",
                        kernel.costs().clockPs(),
                        (core, local) -> Objects.requireNonNull(kernel.time())
                                .interruptAt(core.id(), Math.max(local[expires] * PS_PER_NS, core.timePs())));
    }

    /** The clock of the base's CPU will interrupt, once. */
    private static void program(Routine.Builder b, int base, int value) {
        String done = "programmed-" + value;
        b.load("clock programmed?", value, KernelMemory.field(base, PROGRAMMED), 4, 0)
                .jumpIf("(clock is programmed?)", (core, local) -> local[value] != 0, done)
                .storeConstant("clock: programmed", KernelMemory.field(base, PROGRAMMED), 4, 1)
                .sendIpi(VECTOR, (core, local) -> KernelLayout.coreOf(local[base]))
                .label(done);
    }

    /** Appends lock_hrtimer_base(): returns the variable with the base, which cannot change then. */
    private static int lockBase(Routine.Builder b, Kernel kernel, int timer) {
        int base = b.local();
        int now = b.local();
        String again = "base-again-" + base;
        String stable = "base-stable-" + base;
        b.label(again)
                .awaitMemory(
                        "timer->base: moving",
                        KernelMemory.field(timer, BASE),
                        8,
                        value -> value != MIGRATION,
                        kernel.costs().spinPs())
                .load("timer->base", base, KernelMemory.field(timer, BASE), 8, 0)
                .jumpIf("(moving again?)", (core, local) -> local[base] == MIGRATION, again);
        SpinLock.lock(b, kernel, NAME, KernelMemory.field(base, LOCK));
        b.load("timer->base again", now, KernelMemory.field(timer, BASE), 8, 0)
                .jumpIf("(still there?)", (core, local) -> local[now] == local[base], stable);
        SpinLock.unlock(b, NAME, KernelMemory.field(base, LOCK));
        b.jump(again).label(stable).compute("(locked)", (core, local) -> local[now] = 0);
        return base;
    }

    /** __remove_hrtimer(base, timer), with the lock held. */
    private static Routine dequeue() {
        Routine.Builder b = Routine.named("__remove_hrtimer");
        int base = b.local();
        int timer = b.local();
        int previous = b.local();
        int current = b.local();
        int next = b.local();
        return b.load("base->first", current, KernelMemory.field(base, FIRST), 8, 0)
                .load("timer->next", next, KernelMemory.field(timer, NEXT), 8, 0)
                .label("walk")
                .jumpIf("(found?)", (core, local) -> local[current] == local[timer], "found")
                .compute("(on)", (core, local) -> {
                    if (local[current] == 0) {
                        throw new KernelBug("core " + core.id() + ": a timer says that it is queued and is not");
                    }
                    local[previous] = local[current];
                })
                .load("next in the queue", current, KernelMemory.field(previous, NEXT), 8, 0)
                .jump("walk")
                .label("found")
                .jumpIf("(not the first?)", (core, local) -> local[previous] != 0, "inside")
                .store("base->first = next", KernelMemory.field(base, FIRST), 8, next)
                .jump("out")
                .label("inside")
                .store("previous->next = next", KernelMemory.field(previous, NEXT), 8, next)
                .label("out")
                .storeConstant("timer->state = inactive", KernelMemory.field(timer, STATE), 4, 0)
                .ret()
                .build();
    }

    /** hrtimer_try_to_cancel(timer): returns 0 not active, 1 taken out of the queue, -1 the callback runs. */
    public static Routine tryToCancel(Kernel kernel) {
        Routine.Builder b = Routine.named("hrtimer_try_to_cancel");
        int timer = b.local();
        int value = b.local();
        int base = b.local();
        int sequence = b.local();
        b.label("active?")
                .awaitMemory(
                        "timer->base: moving",
                        KernelMemory.field(timer, BASE),
                        8,
                        now -> now != MIGRATION,
                        kernel.costs().spinPs())
                .load("timer->base", base, KernelMemory.field(timer, BASE), 8, 0)
                .jumpIf("(moving again?)", (core, local) -> local[base] == MIGRATION, "active?")
                .load("base->seq", sequence, KernelMemory.field(base, SEQUENCE), 4, 0)
                .load("timer->state", value, KernelMemory.field(timer, STATE), 4, 0)
                .jumpIf("(queued?)", (core, local) -> local[value] != 0, "active")
                .load("base->running", value, KernelMemory.field(base, RUNNING), 8, 0)
                .jumpIf("(callback runs?)", (core, local) -> local[value] == local[timer], "active")
                .load("base->seq again", value, KernelMemory.field(base, SEQUENCE), 4, 0)
                .jumpIf("(changed?)", (core, local) -> local[value] != local[sequence], "active?")
                .load("timer->base again", value, KernelMemory.field(timer, BASE), 8, 0)
                .jumpIf("(moved?)", (core, local) -> local[value] != local[base], "active?");
        Kernel.cancelled(b, kernel, timer, (core, local) -> true);
        Kernel.returnValue(b, 0).label("active").compute("(active)", (core, local) -> {
            local[base] = 0;
            local[sequence] = 0;
        });
        int irqs = Kernel.irqSave(b);
        int locked = lockBase(b, kernel, timer);
        int result = b.local();
        b.load("base->running", value, KernelMemory.field(locked, RUNNING), 8, 0)
                .compute("(-1 if it runs)", (core, local) -> local[result] = local[value] == local[timer] ? -1 : 0)
                .jumpIf("(callback runs: leave it?)", (core, local) -> local[result] < 0, "out")
                .load("timer->state", value, KernelMemory.field(timer, STATE), 4, 0)
                .jumpIf("(not queued?)", (core, local) -> local[value] == 0, "out")
                .call(dequeue(), locked, timer)
                .compute("(1: it was queued)", (core, local) -> local[result] = 1)
                .label("out");
        Kernel.cancelled(b, kernel, timer, (core, local) -> local[result] >= 0);
        SpinLock.unlock(b, NAME, KernelMemory.field(locked, LOCK));
        Kernel.irqRestore(b, irqs);
        return Kernel.returnValue(b, "return", (core, local) -> local[result]).build();
    }

    /** hrtimer_cancel(timer): waits for the end of the callback; who is called by the callback waits for ever. */
    public static Routine cancel(Kernel kernel, Routine tryToCancel) {
        Routine.Builder b = Routine.named("hrtimer_cancel");
        int timer = b.local();
        int value = b.local();
        b.label("again").call(tryToCancel, timer);
        Kernel.takeResult(b, value);
        return b.jumpIf("(cancelled?)", (core, local) -> local[value] >= 0, "out")
                .load("callback runs on this CPU?", value, core -> base(core.id()) + RUNNING, 8, 0)
                .compute("(waits for itself?)", (core, local) -> {
                    if (local[value] == local[timer]) {
                        kernel.listener().locksItself(core, "the end of a timer's callback");
                    }
                })
                .jump("again")
                .label("out")
                .ret()
                .build();
    }

    /**
     * The clock's interrupt and the softirq that it raises: takes the first timer and calls its function with interrupts on. A softirq
     * does not interrupt a softirq: it waits for its end.
     *
     * @param callback is called with the address of the timer
     */
    public static Routine handler(Kernel kernel, Routine callback) {
        Routine.Builder b = Routine.named("hrtimer_run_softirq");
        b.interruptEntry(kernel.costs().interruptEntryPs(), 0);
        int base = b.local();
        int timer = b.local();
        int value = b.local();
        int now = b.local();
        boolean isTimed = kernel.time() != null;
        Kernel.acknowledge(b, kernel);
        Rcu.readLock(b);
        b.compute("(this CPU's base)", (core, local) -> local[base] = base(core.id()))
                .storeConstant("clock: not programmed", KernelMemory.field(base, PROGRAMMED), isTimed ? 8 : 4, 0)
                .load("in softirq?", value, KernelMemory.ofThisCpu(KernelMemory.IN_SOFTIRQ), 4, 0)
                .jumpIf("(not in softirq?)", (core, local) -> local[value] == 0, "softirq")
                .storeConstant("raise softirq", KernelMemory.ofThisCpu(KernelMemory.SOFTIRQ_PENDING), 4, 1)
                .jump("leave")
                .label("softirq")
                .storeConstant("softirq begins", KernelMemory.ofThisCpu(KernelMemory.IN_SOFTIRQ), 4, 1)
                .label("again")
                .storeConstant("softirq not pending", KernelMemory.ofThisCpu(KernelMemory.SOFTIRQ_PENDING), 4, 0);
        SpinLock.lock(b, kernel, NAME, KernelMemory.field(base, LOCK));
        if (isTimed) {
            b.compute("(now)", (core, local) -> local[now] = core.timePs() / PS_PER_NS)
                    .label("expired?");
        }
        b.load("base->first", timer, KernelMemory.field(base, FIRST), 8, 0)
                .jumpIf("(nothing queued?)", (core, local) -> local[timer] == 0, "empty");
        if (isTimed) {
            b.load("timer->expires", value, KernelMemory.field(timer, EXPIRES), 8, 0)
                    .jumpIf("(not yet?)", (core, local) -> local[value] > local[now], "later");
        }
        b.store("base->running = timer", KernelMemory.field(base, RUNNING), 8, timer);
        nextSequence(b, base, value);
        b.call(dequeue(), base, timer);
        SpinLock.unlock(b, NAME, KernelMemory.field(base, LOCK));
        b.setInterruptsEnabled(true);
        if (isTimed) {
            b.compute("(fires)", (core, local) -> kernel.listener().timerFires(core, local[timer]));
        }
        b.call(callback, timer).setInterruptsEnabled(false);
        SpinLock.lock(b, kernel, NAME, KernelMemory.field(base, LOCK));
        nextSequence(b, base, value);
        b.storeConstant("base->running = NULL", KernelMemory.field(base, RUNNING), 8, 0);
        if (isTimed) {
            b.jump("expired?").label("later");
            programFor(b, kernel, base, value);
        } else {
            b.load("base->first", timer, KernelMemory.field(base, FIRST), 8, 0)
                    .jumpIf("(no more timers?)", (core, local) -> local[timer] == 0, "empty");
            program(b, base, value);
        }
        b.label("empty");
        SpinLock.unlock(b, NAME, KernelMemory.field(base, LOCK));
        b.compute("(done with it)", (core, local) -> local[timer] = 0)
                .load("softirq pending?", value, KernelMemory.ofThisCpu(KernelMemory.SOFTIRQ_PENDING), 4, 0)
                .jumpIf("(another one?)", (core, local) -> local[value] != 0, "again")
                .storeConstant("softirq ends", KernelMemory.ofThisCpu(KernelMemory.IN_SOFTIRQ), 4, 0)
                .label("leave");
        Rcu.readUnlock(b, kernel);
        return b.interruptReturn(kernel.costs().interruptExitPs()).build();
    }

    /** raw_write_seqcount_barrier(): one byte of the count is kept, so that a timer that restarts itself has finitely many states. */
    private static void nextSequence(Routine.Builder b, int base, int value) {
        b.load("base->seq", value, KernelMemory.field(base, SEQUENCE), 4, 0)
                .compute("(base->seq + 2)", (core, local) -> local[value] = local[value] + 2 & 0xff)
                .store("base->seq: store", KernelMemory.field(base, SEQUENCE), 4, value)
                .compute("(stored)", (core, local) -> local[value] = 0);
    }
}
