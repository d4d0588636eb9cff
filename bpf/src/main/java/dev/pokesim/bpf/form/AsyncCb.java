package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Hrtimer;
import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.Llist;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.bpf.primitive.Refcount;
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
    /** What a form has of its own begins here. */
    static final int OF_FORM = 80;

    /** Numbers of the functions that irq_work and RCU call. */
    static final int WORKER_FUNCTION = 0;

    static final int RCU_CALLER_FUNCTION = 1;
    static final int FREE_FUNCTION = 0;

    /** bpf_async_op. */
    static final int START = 0;

    static final int CANCEL = 1;

    private static final List<Integer> OFFSETS =
            List.of(WORKER, IrqWork.FLAGS, IrqWork.FUNCTION, TIMER, REFCOUNT, PROGRAM, CALLBACK, RCU_HEAD, OF_FORM);
    private static final List<String> NAMES = List.of(
            "worker.node", "worker.flags", "worker.func", "timer", "refcnt", "prog", "callback_fn", "rcu", "commands");

    private AsyncCb() {}

    /** What is at an address, such as {@code refcnt of timer 0}; null if it is no control block's. */
    public static @Nullable String nameOf(long address) {
        if (NolockAllocator.cacheOf(address) != NolockAllocator.Cache.CONTROL_BLOCK) {
            return null;
        }
        int index = NolockAllocator.Cache.CONTROL_BLOCK.indexOf(address);
        return field(address - NolockAllocator.Cache.CONTROL_BLOCK.object(index)) + " of timer " + index;
    }

    /** The hrtimer that an address lies in; 0 if in none. */
    public static long timerAround(long address) {
        NolockAllocator.Cache blocks = NolockAllocator.Cache.CONTROL_BLOCK;
        if (NolockAllocator.cacheOf(address) != blocks) {
            return 0;
        }
        long timer = blocks.object(blocks.indexOf(address)) + TIMER;
        return Address.isWithin(address, timer, Hrtimer.SIZE_BYTES) ? timer : 0;
    }

    private static String field(long offset) {
        String name = NAMES.get(0);
        for (int i = 0; i < OFFSETS.size() && OFFSETS.get(i) <= offset; i++) {
            name = NAMES.get(i);
        }
        return name;
    }

    /** Writes what a form has of its own into a control block that nobody knows yet. */
    @FunctionalInterface
    interface Fields {
        void initialise(AddressSpace memory, long cb, int core);
    }

    /** __bpf_async_init(slot). */
    static Routine init(Kernel kernel, Fields ofForm) {
        Routine.Builder b = Routine.named("bpf_timer_init");
        int slot = b.local();
        b.local(); // the argument: not used
        int cb = b.local();
        int found = b.local();
        int success = b.local();
        b.load("slot", found, KernelMemory.field(slot, 0), 8, 0)
                .jumpIf("(there is a timer?)", (core, local) -> local[found] != 0, "busy");
        NolockAllocator.allocate(b, kernel, NolockAllocator.Cache.CONTROL_BLOCK, cb);
        b.jumpIf("(no memory?)", (core, local) -> local[cb] == 0, "no-memory")
                // nobody knows the object yet, and the exchange comes after all of its stores
                .compute("(initialise)", (core, local) -> initialise(core, local[cb], ofForm))
                .compareAndExchange(
                        "slot: cmpxchg", KernelMemory.field(slot, 0), 8, found, (core, local) -> local[cb], success)
                .jumpIf("(somebody was faster?)", (core, local) -> local[success] == 0, "lost");
        Kernel.returnValue(b, 0).label("lost");
        NolockAllocator.free(b, kernel, NolockAllocator.Cache.CONTROL_BLOCK, cb);
        b.label("busy");
        Kernel.returnValue(b, Errno.EBUSY).label("no-memory");
        return Kernel.returnValue(b, Errno.ENOMEM).build();
    }

    private static void initialise(Core core, long cb, Fields ofForm) {
        AddressSpace memory = core.memory();
        memory.write(cb + WORKER, 8, 0, core.id());
        memory.write(cb + WORKER + IrqWork.FLAGS, 4, 0, core.id());
        memory.write(cb + WORKER + IrqWork.FUNCTION, 4, WORKER_FUNCTION, core.id());
        Hrtimer.initialise(memory, cb + TIMER, core.id());
        memory.write(cb + REFCOUNT, 4, 1, core.id());
        memory.write(cb + PROGRAM, 8, 0, core.id());
        memory.write(cb + CALLBACK, 8, 0, core.id());
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

    /** bpf_async_update_prog_callback(cb, prog, callback_fn): whoever takes a program out gives its reference back. */
    static Routine updateProgram(Kernel kernel) {
        Routine.Builder b = Routine.named("bpf_async_update_prog_callback");
        int cb = b.local();
        int program = b.local();
        int callback = b.local();
        int previous = b.local();
        int now = b.local();
        b.label("again").jumpIf("(no prog?)", (core, local) -> local[program] == 0, "swap");
        Refcount.increment(b, kernel, "prog", KernelMemory.field(program, 0));
        b.label("swap");
        Llist.exchange(b, "cb->prog: xchg", KernelMemory.field(cb, PROGRAM), (core, local) -> local[program], previous);
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

    /** bpf_prog_put(prog). */
    static Routine putProgram(Kernel kernel) {
        Routine.Builder b = Routine.named("bpf_prog_put");
        int program = b.local();
        int last = b.local();
        Refcount.decrementAndTest(b, kernel, "prog", KernelMemory.field(program, 0), last);
        return b.ret().build();
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

    /** bpf_async_process_op(cb, op, nsec) for a timer: the effect of a command. */
    static Routine processOp(Routine start, Routine tryToCancel) {
        Routine.Builder b = Routine.named("bpf_async_process_op");
        int cb = b.local();
        int op = b.local();
        int nsec = b.local();
        int timer = b.local();
        return b.compute("(timer)", (core, local) -> local[timer] = local[cb] + TIMER)
                .jumpIf("(cancel?)", (core, local) -> local[op] == CANCEL, "cancel")
                .call(start, timer, nsec)
                .ret()
                .label("cancel")
                .call(tryToCancel, timer)
                .ret()
                .build();
    }

    /**
     * bpf_timer_cb(timer): what the timer calls.
     *
     * @param programs by their numbers, from 1 on
     */
    public static Routine timerCallback(List<Routine> programs) {
        Routine.Builder b = Routine.named("bpf_timer_cb");
        int timer = b.local();
        int callback = b.local();
        b.load("cb->callback_fn", callback, core -> core.file()[timer] - TIMER + CALLBACK, 8, 0)
                .jumpIf("(none?)", (core, local) -> local[callback] == 0, "out");
        for (int i = 0; i < programs.size(); i++) {
            int number = i + 1;
            b.jumpIf("(another program?)", (core, local) -> local[callback] != number, "other-than-" + number)
                    .call(programs.get(i))
                    .label("other-than-" + number);
        }
        return b.label("out").ret().build();
    }

    /** Appends call_rcu_tasks_trace() of a control block. */
    static void callRcu(Routine.Builder b, Kernel kernel, int cb) {
        Rcu.call(b, kernel, cb, RCU_HEAD, FREE_FUNCTION);
    }
}
