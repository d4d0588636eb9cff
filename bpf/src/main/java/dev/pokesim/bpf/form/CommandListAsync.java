package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.Llist;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.bpf.primitive.Refcount;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The form that was merged in February 2026, with the fixes of the two days after: a reference per call in progress, a list of
 * allocated commands that an irq_work drains, and a second cancel after the grace period.
 *
 * <p>Variants replace one of the protected steps.
 *
 * @see "Linux kernel/bpf/helpers.c, bpf_async_schedule_op(), bpf_async_irq_worker(), __bpf_async_cancel_and_free()"
 */
public class CommandListAsync implements AsyncForm {
    private static final int COMMANDS = AsyncCb.OF_FORM;

    // struct bpf_async_cmd
    private static final int NEXT = 0;
    private static final int NSEC = 8;
    private static final int OP = 16;

    @Override
    public String name() {
        return "merged";
    }

    @Override
    public String description() {
        return "reference count, list of commands drained by irq_work, second cancel after the grace period";
    }

    /** Two CPUs that drain the list may change the order of what they do, and what is done at once waits for neither. */
    @Override
    public Set<String> notPromised() {
        return Set.of("LastCommandWins", "DirectAfterCommands");
    }

    @Override
    public final AsyncRoutines routines(Kernel kernel) {
        Routine queue = IrqWork.queue(kernel);
        AsyncCb.Effects effects = new AsyncCb.Effects(kernel);
        Routine process = effects.process;
        Routine update = update(kernel);
        Routine put = put(kernel, queue);
        Routine scheduleOp = scheduleOp(kernel, put, queue);
        Routine cancelAndFree = cancelAndFree(kernel, update, process, scheduleOp, put);
        return new AsyncRoutines(
                Map.of(
                        Operation.INIT,
                        AsyncCb.init(kernel, this::initialise, this::publish, this::checkUsers, cancelAndFree),
                        Operation.SET_CALLBACK,
                        AsyncCb.setCallback(kernel, update),
                        Operation.START,
                        start(kernel, process, scheduleOp, put),
                        Operation.CANCEL,
                        AsyncCb.cancel(effects, update, this::isDeferred),
                        Operation.CANCEL_ASYNC,
                        cancelAsync(kernel, process, scheduleOp, put),
                        Operation.CANCEL_AND_FREE,
                        cancelAndFree),
                List.of(worker(kernel, process, put), AsyncCb.rcuCaller(kernel, gracePeriod())),
                List.of(afterGracePeriod(kernel, effects)),
                List.of());
    }

    /** Writes what a control block has of this form's own. */
    protected void initialise(AddressSpace memory, long cb, int core) {
        memory.write(cb + COMMANDS, 8, 0, core);
    }

    /** Appends what puts a control block into its map value; {@code success} becomes 0 if there was one already. */
    protected void publish(Routine.Builder b, int slot, int found, int cb, int success) {
        AsyncCb.publish(b, slot, found, cb, success);
    }

    /** Appends what ends the timer, and returns, if the last user of the map went meanwhile. */
    protected void checkUsers(Routine.Builder b, int slot, int value, Routine cancelAndFree) {
        AsyncCb.checkUsersAfterBarrier(b, slot, value, cancelAndFree);
    }

    /** Appends what loads the control block of a map value: jumps to {@code no-timer} if there is none. */
    protected void loadSlot(Routine.Builder b, int slot, int cb) {
        AsyncCb.loadSlot(b, slot, cb);
    }

    /** bpf_timer_start(slot, nsec). */
    private Routine start(Kernel kernel, Routine process, Routine scheduleOp, Routine put) {
        Routine.Builder b = Routine.named("bpf_timer_start");
        int slot = b.local();
        int nsec = b.local();
        int cb = b.local();
        int value = b.local();
        loadSlot(b, slot, cb);
        AsyncCb.requireProgram(b, cb, value);
        Refcount.incrementUnlessZero(b, kernel, "cb->refcnt", KernelMemory.field(cb, AsyncCb.REFCOUNT), "dying");
        b.jumpIf("(not here?)", (core, local) -> isDeferred(core), "defer")
                .compute("(op = START)", (core, local) -> local[value] = AsyncCb.START)
                .call(process, cb, value, nsec)
                .compute("(at once)", (core, local) -> kernel.listener().doneAtOnce(core, local[cb]))
                .call(put, cb);
        Kernel.returnValue(b, 0).label("defer").compute("(op = START)", (core, local) -> local[value] = AsyncCb.START);
        afterDeferring(b, put, cb);
        b.call(scheduleOp, cb, value, nsec);
        returnOfDeferred(b);
        b.label("dying");
        Kernel.returnValue(b, Errno.ENOENT).label("no-timer");
        return Kernel.returnValue(b, Errno.EINVAL).build();
    }

    /** Appends the end of a start that has left a command: what leaving it has come to. */
    protected void returnOfDeferred(Routine.Builder b) {
        b.ret();
    }

    /** bpf_timer_cancel_async(slot). */
    private Routine cancelAsync(Kernel kernel, Routine process, Routine scheduleOp, Routine put) {
        Routine.Builder b = Routine.named("bpf_timer_cancel_async");
        int slot = b.local();
        int argument = b.local();
        int cb = b.local();
        int value = b.local();
        AsyncCb.loadSlot(b, slot, cb);
        Refcount.incrementUnlessZero(b, kernel, "cb->refcnt", KernelMemory.field(cb, AsyncCb.REFCOUNT), "dying");
        b.compute("(op = CANCEL)", (core, local) -> local[value] = AsyncCb.CANCEL)
                .jumpIf("(not here?)", (core, local) -> isDeferred(core), "defer")
                .call(process, cb, value, argument);
        Kernel.takeResult(b, value);
        b.compute("(at once)", (core, local) -> kernel.listener().doneAtOnce(core, local[cb]))
                .call(put, cb);
        Kernel.returnValue(b, "return", (core, local) -> local[value]).label("defer");
        afterDeferring(b, put, cb);
        b.call(scheduleOp, cb, value, argument);
        Kernel.takeResult(b, value);
        Kernel.returnValue(
                        b,
                        "return, -ECANCELED for 0",
                        (core, local) -> local[value] == 0 ? Errno.ECANCELED : local[value])
                .label("dying");
        Kernel.returnValue(b, Errno.ENOENT).label("no-timer");
        return Kernel.returnValue(b, Errno.EINVAL).build();
    }

    /** __bpf_async_cancel_and_free(slot): the slot's reference goes with the command, or is given back here. */
    private Routine cancelAndFree(Kernel kernel, Routine update, Routine process, Routine scheduleOp, Routine put) {
        Routine.Builder b = Routine.named("bpf_timer_cancel_and_free");
        int slot = b.local();
        int argument = b.local();
        int cb = b.local();
        int value = b.local();
        AsyncCb.loadSlot(b, slot, cb);
        emptySlot(b, slot, cb);
        b.jumpIf("(somebody was faster?)", (core, local) -> local[cb] == 0, "no-timer");
        resetProgram(b, update, cb, value);
        b.compute("(op = CANCEL)", (core, local) -> local[value] = AsyncCb.CANCEL)
                .jumpIf("(not here?)", (core, local) -> isDeferred(core), "defer")
                .call(process, cb, value, argument)
                .call(put, cb)
                .jump("deleted")
                .label("defer")
                .call(scheduleOp, cb, value, argument)
                .label("deleted");
        AsyncCb.deleted(b, kernel, cb).label("no-timer");
        return Kernel.returnValue(b, 0).build();
    }

    /** Appends what takes program and callback away from a timer that is deleted. */
    protected void resetProgram(Routine.Builder b, Routine update, int cb, int value) {
        b.call(update, cb, value, value);
    }

    /** bpf_async_update_prog_callback(). */
    protected Routine update(Kernel kernel) {
        return AsyncCb.updateProgram(kernel);
    }

    /** Appends what takes the control block out of its map value. */
    protected void emptySlot(Routine.Builder b, int slot, int cb) {
        Llist.exchange(b, "slot: xchg 0", KernelMemory.field(slot, 0), (core, local) -> 0, cb);
    }

    /** Whether hrtimers cannot be touched here: hard interrupts, NMIs and whatever else has interrupts off. */
    protected boolean isDeferred(Core core) {
        return !core.flags().interruptsEnabled();
    }

    /** Appends what happens to the caller's reference when a command is handed over: it travels with the command. */
    protected void afterDeferring(Routine.Builder b, Routine put, int cb) {}

    /** bpf_async_schedule_op(cb, op, nsec): owns a reference when it is called. */
    private Routine scheduleOp(Kernel kernel, Routine put, Routine queue) {
        Routine.Builder b = Routine.named("bpf_async_schedule_op");
        int cb = b.local();
        int op = b.local();
        int nsec = b.local();
        int value = b.local();
        int command = b.local();
        ifRecursive(b, cb, value);
        NolockAllocator.allocate(b, kernel, NolockAllocator.Cache.COMMAND, command);
        b.jumpIf("(no memory?)", (core, local) -> isMissing(local[command]), "no-memory")
                // nobody knows the node yet, and the exchange comes after all of its stores
                .compute("(fill the command)", (core, local) -> {
                    AddressSpace memory = core.memory();
                    memory.write(local[command] + NSEC, 8, local[nsec], core.id());
                    memory.write(local[command] + OP, 4, local[op], core.id());
                });
        Llist.add(b, "async_cmds", command, KernelMemory.field(cb, COMMANDS), value);
        b.compute(
                "(issued)",
                (core, local) -> kernel.listener()
                        .commandIssued(
                                core, new KernelListener.Command(local[cb], local[command], local[op], local[nsec])));
        b.jumpIf("(somebody will kick?)", (core, local) -> local[value] == 0, "out")
                .call(queue, cb);
        b.label("out");
        Kernel.returnValue(b, 0).label("no-memory").call(put, cb);
        Kernel.returnValue(b, Errno.ENOMEM).label("recursion");
        afterRecursion(b, put, cb);
        return Kernel.returnValue(b, Errno.EDEADLK).build();
    }

    /** Whether a command could not be allocated. */
    protected boolean isMissing(long command) {
        return command == 0;
    }

    /** Appends what refuses a command that a command of the same timer leads to: jumps to {@code recursion}. */
    protected void ifRecursive(Routine.Builder b, int cb, int value) {
        b.load("async_cb_running", value, KernelMemory.ofThisCpu(KernelMemory.ASYNC_CB_RUNNING), 8, 0)
                .jumpIf("(its commands run below?)", (core, local) -> local[value] == local[cb], "recursion");
    }

    /** Appends what happens to the caller's reference where its command is refused for that. */
    protected void afterRecursion(Routine.Builder b, Routine put, int cb) {
        b.call(put, cb);
    }

    /** bpf_async_irq_worker(cb). */
    private Routine worker(Kernel kernel, Routine process, Routine put) {
        Routine.Builder b = Routine.named("bpf_async_irq_worker");
        int cb = b.local();
        int list = b.local();
        int op = b.local();
        int nsec = b.local();
        int command = b.local();
        Llist.takeAll(b, "async_cmds", KernelMemory.field(cb, COMMANDS), list);
        b.jumpIf("(nothing?)", (core, local) -> local[list] == 0, "out")
                // the nodes are ours alone now
                .compute(
                        "(oldest first)", (core, local) -> local[list] = inOrder(core.memory(), local[list], core.id()))
                .store("async_cb_running = cb", KernelMemory.ofThisCpu(KernelMemory.ASYNC_CB_RUNNING), 8, cb)
                .label("next")
                .compute("(command)", (core, local) -> {
                    AddressSpace memory = core.memory();
                    local[command] = local[list];
                    local[list] = memory.read(local[command] + NEXT, 8);
                    local[op] = memory.read(local[command] + OP, 4);
                    local[nsec] = memory.read(local[command] + NSEC, 8);
                    kernel.listener()
                            .commandTaken(
                                    core,
                                    new KernelListener.Command(local[cb], local[command], local[op], local[nsec]));
                })
                .call(process, cb, op, nsec)
                .compute("(done)", (core, local) -> kernel.listener().commandDone(core));
        afterCommand(b, put, cb);
        NolockAllocator.free(b, kernel, NolockAllocator.Cache.COMMAND, command);
        return b.jumpIf("(more?)", (core, local) -> local[list] != 0, "next")
                .storeConstant("async_cb_running = 0", KernelMemory.ofThisCpu(KernelMemory.ASYNC_CB_RUNNING), 8, 0)
                .label("out")
                .ret()
                .build();
    }

    /** Appends what the worker does with the reference that came with a command. */
    protected void afterCommand(Routine.Builder b, Routine put, int cb) {
        b.call(put, cb);
    }

    /** The commands of a list as they are carried out, oldest first. */
    protected long inOrder(AddressSpace memory, long first, int core) {
        long reversed = 0;
        for (long node = first; node != 0; ) {
            long next = memory.read(node + NEXT, 8);
            memory.write(node + NEXT, 8, reversed, core);
            reversed = node;
            node = next;
        }
        return reversed;
    }

    /** bpf_async_refcount_put(cb): the last one asks for a grace period, with interrupts on or by way of irq_work. */
    private Routine put(Kernel kernel, Routine queue) {
        Routine.Builder b = Routine.named("bpf_async_refcount_put");
        int cb = b.local();
        int isZero = b.local();
        Refcount.decrementAndTest(b, kernel, "cb->refcnt", KernelMemory.field(cb, AsyncCb.REFCOUNT), isZero);
        b.jumpIf("(not the last?)", (core, local) -> local[isZero] == 0, "out");
        afterLastPut(b, kernel, queue, cb);
        return b.label("out").ret().build();
    }

    /** Appends what the last reference does. */
    protected void afterLastPut(Routine.Builder b, Kernel kernel, Routine queue, int cb) {
        b.jumpIf("(irqs are off?)", (core, local) -> isRcuDeferred(core), "defer");
        AsyncCb.callRcu(b, kernel, gracePeriod(), cb);
        b.ret().label("defer");
        IrqWork.initialise(b, cb, AsyncCb.RCU_CALLER_FUNCTION);
        b.call(queue, cb);
    }

    /** What is waited for before a control block is freed. */
    protected Rcu.GracePeriod gracePeriod() {
        return Rcu.GracePeriod.TASKS_TRACE;
    }

    /** Whether call_rcu_tasks_trace() must not be called here. */
    protected boolean isRcuDeferred(Core core) {
        return !core.flags().interruptsEnabled();
    }

    /** bpf_async_cb_rcu_tasks_trace_free(cb): nothing can start the timer any more, so this cancel is the last one. */
    private Routine afterGracePeriod(Kernel kernel, AsyncCb.Effects effects) {
        Routine.Builder b = Routine.named("bpf_async_cb_rcu_tasks_trace_free");
        int cb = b.local();
        int value = b.local();
        secondCancel(b, kernel, effects, cb, value);
        AsyncCb.release(b, kernel, cb, value);
        return b.ret().build();
    }

    /** Appends the cancel after the grace period, and another grace period while the callback runs. */
    protected void secondCancel(Routine.Builder b, Kernel kernel, AsyncCb.Effects effects, int cb, int value) {
        AsyncCb.cancelAgain(b, kernel, gracePeriod(), effects, cb, value);
    }
}
