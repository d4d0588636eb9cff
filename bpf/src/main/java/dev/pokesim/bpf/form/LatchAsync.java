package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.Llist;
import dev.pokesim.bpf.primitive.NmiState;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.bpf.primitive.Refcount;
import dev.pokesim.bpf.primitive.SeqcountLatch;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.AddressOf;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * The form of the sixth posting, January 2026: the last command in two copies behind a latch, one writer at a time, and a terminal
 * sequence number for the end. Was never merged; its readers claim a command and carry it out in two steps.
 *
 * <p>Variants replace one of the protected steps.
 *
 * @see "lore.kernel.org: [PATCH bpf-next v6 05/10] bpf: Enable bpf timer and workqueue use in NMI"
 */
public class LatchAsync implements AsyncForm {
    private static final int WRITER = AsyncCb.OF_FORM;
    private static final int SEQUENCE = WRITER + 4;
    private static final int LAST_SEQUENCE = SEQUENCE + 4;
    private static final int COPIES = LAST_SEQUENCE + 8;
    private static final int COPY_SIZE_BYTES = 16;
    private static final int NSEC = 0;
    private static final int OP = 8;

    /** BPF_ASYNC_DESTROY and BPF_ASYNC_DESTROYED: beyond what the sequence reaches. */
    private static final long DESTROY = 1L << 32;

    private static final long DESTROYED = DESTROY + 1;
    /** What a worker remembers of a command that it has claimed. */
    private static final int TAKEN = 2;

    /** The writer flag of a control block of this form. */
    public static long writerOf(long cb) {
        return cb + WRITER;
    }

    /** Whether an address is that of the writer flag of a control block, if the block is one of this form. */
    public static boolean isWriter(long address) {
        return NolockAllocator.cacheOf(address) == NolockAllocator.Cache.CONTROL_BLOCK
                && address == writerOf(NolockAllocator.Cache.CONTROL_BLOCK.around(address));
    }

    @Override
    public String name() {
        return "v6";
    }

    @Override
    public String description() {
        return "latch with the last command, one writer, terminal sequence numbers; as posted in January 2026";
    }

    /** A timer that is armed late may run its callback after the end; and nothing is done without a command. */
    @Override
    public Set<String> notPromised() {
        return Set.of("NoCallbackAfterDelete", "DirectAfterCommands");
    }

    @Override
    public final AsyncRoutines routines(Kernel kernel) {
        Routine queue = IrqWork.queue(kernel);
        AsyncCb.Effects effects = new AsyncCb.Effects(kernel);
        Routine update = AsyncCb.updateProgram(kernel);
        Routine put = put(kernel, queue);
        Routine worker = worker(kernel, effects.process, workerPut(kernel, put));
        Routine scheduleOp = scheduleOp(kernel, inlineWorker(kernel, effects.process, worker), put, queue);
        Routine cancelAndFree = cancelAndFree(kernel, AsyncCb.updateProgram(kernel), put, queue);
        return new AsyncRoutines(
                Map.of(
                        Operation.INIT,
                        AsyncCb.init(
                                kernel,
                                LatchAsync::initialise,
                                AsyncCb::publish,
                                AsyncCb::checkUsersAfterBarrier,
                                cancelAndFree),
                        Operation.SET_CALLBACK,
                        AsyncCb.setCallback(kernel, update),
                        Operation.START,
                        start(scheduleOp),
                        Operation.CANCEL,
                        AsyncCb.cancel(effects, update, NmiState::inNmi),
                        Operation.CANCEL_ASYNC,
                        cancelAsync(scheduleOp),
                        Operation.CANCEL_AND_FREE,
                        cancelAndFree),
                List.of(worker, AsyncCb.rcuCaller(kernel, Rcu.GracePeriod.TASKS_TRACE)),
                List.of(afterGracePeriod(kernel, effects)),
                List.of());
    }

    /** The commands stay as the allocator left them. */
    private static void initialise(AddressSpace memory, long cb, int core) {
        memory.write(cb + WRITER, 4, 0, core);
        memory.write(cb + SEQUENCE, 4, 0, core);
        memory.write(cb + LAST_SEQUENCE, 8, 0, core);
    }

    /** bpf_timer_start(slot, nsec). */
    private Routine start(Routine scheduleOp) {
        Routine.Builder b = Routine.named("bpf_timer_start");
        int slot = b.local();
        int nsec = b.local();
        int cb = b.local();
        int op = b.local();
        AsyncCb.loadSlot(b, slot, cb);
        requireProgram(b, cb, op);
        b.compute("(op = START)", (core, local) -> local[op] = AsyncCb.START)
                .call(scheduleOp, cb, op, nsec)
                .ret()
                .label("no-timer");
        return Kernel.returnValue(b, Errno.EINVAL).build();
    }

    /** Appends the check that a start makes before it writes a command: jumps to {@code no-timer}. */
    protected void requireProgram(Routine.Builder b, int cb, int value) {
        AsyncCb.requireProgram(b, cb, value);
    }

    /** bpf_timer_cancel_async(slot). */
    private static Routine cancelAsync(Routine scheduleOp) {
        Routine.Builder b = Routine.named("bpf_timer_cancel_async");
        int slot = b.local();
        int argument = b.local();
        int cb = b.local();
        int op = b.local();
        AsyncCb.loadSlot(b, slot, cb);
        b.compute("(op = CANCEL)", (core, local) -> local[op] = AsyncCb.CANCEL)
                .call(scheduleOp, cb, op, argument)
                .ret()
                .label("no-timer");
        return Kernel.returnValue(b, Errno.EINVAL).build();
    }

    /** bpf_async_schedule_op(cb, op, nsec). */
    private Routine scheduleOp(Kernel kernel, Routine worker, Routine put, Routine queue) {
        Routine.Builder b = Routine.named("bpf_async_schedule_op");
        int cb = b.local();
        int op = b.local();
        int nsec = b.local();
        int value = b.local();
        int success = b.local();
        becomeWriter(b, kernel, KernelMemory.field(cb, WRITER), value, success);
        beforeCommand(b, kernel, put, queue, new Operands(cb, op, value));
        SeqcountLatch.flip(b, KernelMemory.field(cb, SEQUENCE));
        storeCopy(b, cb, 0, nsec, op);
        SeqcountLatch.flip(b, KernelMemory.field(cb, SEQUENCE), value);
        b.compute("(issued)", (core, local) -> {
            kernel.listener()
                    .commandIssued(core, new KernelListener.Command(local[cb], local[value], local[op], local[nsec]));
            local[value] = 0;
        });
        storeSecondCopy(b, cb, nsec, op);
        b.storeConstant("writer = 0", KernelMemory.field(cb, WRITER), 4, 0);
        takeReference(b, kernel, cb);
        b.jumpIf("(in NMI?)", (core, local) -> NmiState.inNmi(core), "nmi").call(worker, cb);
        Kernel.returnValue(b, 0).label("nmi");
        queueWorker(b, put, queue, cb, value);
        Kernel.returnValue(b, 0).label("busy");
        Kernel.returnValue(b, Errno.EBUSY).label("no-program");
        return Kernel.returnValue(b, Errno.EINVAL).build();
    }

    /** Variables of the routine that writes a command. */
    protected record Operands(int cb, int op, int value) {}

    /** Appends what the only writer does before the command: may jump to {@code no-program}. */
    protected void beforeCommand(Routine.Builder b, Kernel kernel, Routine put, Routine queue, Operands operands) {}

    /** Appends what takes the reference that goes with a run of the worker: jumps to {@code busy} if the block is dying. */
    protected void takeReference(Routine.Builder b, Kernel kernel, int cb) {
        Refcount.incrementUnlessZero(b, kernel, "cb->refcnt", KernelMemory.field(cb, AsyncCb.REFCOUNT), "busy");
    }

    /** Appends what asks for a run of the worker from NMI. */
    protected void queueWorker(Routine.Builder b, Routine put, Routine queue, int cb, int value) {
        b.call(queue, cb);
        Kernel.takeResult(b, value);
        b.jumpIf("(queued?)", (core, local) -> local[value] != 0, "queued");
        afterRefusal(b, put, cb);
        b.label("queued");
    }

    /** The worker that a caller runs itself. */
    protected Routine inlineWorker(Kernel kernel, Routine process, Routine worker) {
        return worker;
    }

    /** What the worker gives its reference back with. */
    protected Routine workerPut(Kernel kernel, Routine put) {
        return put;
    }

    /** Appends what makes the caller the only writer: jumps to {@code busy} if somebody is. */
    protected void becomeWriter(Routine.Builder b, Kernel kernel, AddressOf writer, int value, int success) {
        b.compareAndExchange("writer: cmpxchg", writer, 4, value, (core, local) -> 1, success)
                .jumpIf("(somebody writes?)", (core, local) -> local[success] == 0, "busy");
    }

    /** Appends the stores to the copy that readers are not sent to now. */
    protected void storeSecondCopy(Routine.Builder b, int cb, int nsec, int op) {
        storeCopy(b, cb, 1, nsec, op);
    }

    /** Appends what happens to the caller's reference when the irq_work was pending already. */
    protected void afterRefusal(Routine.Builder b, Routine put, int cb) {
        b.call(put, cb);
    }

    private static void storeCopy(Routine.Builder b, int cb, int copy, int nsec, int op) {
        int offset = COPIES + copy * COPY_SIZE_BYTES;
        b.store("cmd[" + copy + "].nsec", KernelMemory.field(cb, offset + NSEC), 8, nsec)
                .store("cmd[" + copy + "].op", KernelMemory.field(cb, offset + OP), 4, op);
    }

    /** bpf_async_irq_worker(cb): claims the last command if nobody has, carries it out, gives a reference back. */
    protected final Routine worker(Kernel kernel, Routine process, Routine put) {
        Routine.Builder b = Routine.named("bpf_async_irq_worker");
        int cb = b.local();
        int last = b.local();
        int sequence = b.local();
        int nsec = b.local();
        int op = b.local();
        int value = b.local();
        int success = b.local();
        b.label("again");
        tell(b, kernel, KernelListener::readsCommand);
        b.load("last_seq", last, KernelMemory.field(cb, LAST_SEQUENCE), 8, 0)
                .jumpIf("(terminal?)", (core, local) -> local[last] >= DESTROY, "terminal")
                .load("latch.seq", sequence, KernelMemory.field(cb, SEQUENCE), 4, 0);
        ifNothingNew(b, sequence, last);
        b.load("cmd.nsec", nsec, core -> copy(core.file()[cb], core.file()[sequence]) + NSEC, 8, 0)
                .load("cmd.op", op, core -> copy(core.file()[cb], core.file()[sequence]) + OP, 4, 0)
                .load("latch.seq again", value, KernelMemory.field(cb, SEQUENCE), 4, 0);
        ifChanged(b, sequence, value);
        claim(b, KernelMemory.field(cb, LAST_SEQUENCE), last, sequence, success);
        b.jumpIf("(somebody was faster?)", (core, local) -> local[success] == 0, "again")
                .compute("(taken)", (core, local) -> {
                    kernel.listener()
                            .commandTaken(
                                    core,
                                    new KernelListener.Command(
                                            local[cb], local[sequence] & ~1L, local[op], local[nsec]));
                    local[success] = TAKEN;
                })
                .jump("process")
                .label("terminal")
                .jumpIf("(destroyed already?)", (core, local) -> local[last] != DESTROY, "put")
                .compareAndExchange(
                        "last_seq: DESTROYED",
                        KernelMemory.field(cb, LAST_SEQUENCE),
                        8,
                        last,
                        (core, local) -> DESTROYED,
                        success)
                .jumpIf("(somebody was faster?)", (core, local) -> local[success] == 0, "put")
                .compute("(op = CANCEL)", (core, local) -> local[op] = AsyncCb.CANCEL)
                .label("process")
                .compute("(claimed)", (core, local) -> {
                    local[last] = 0;
                    local[sequence] = 0;
                    local[value] = 0;
                });
        tell(b, kernel, KernelListener::hasReadCommand);
        b.call(process, cb, op, nsec);
        afterEffect(b, kernel, cb, success);
        b.compute("(done)", (core, local) -> {
                    if (local[success] == TAKEN) { // and not the end of the control block
                        kernel.listener().commandDone(core);
                    }
                    local[success] = 0;
                })
                .label("put");
        tell(b, kernel, KernelListener::hasReadCommand);
        b.call(put, cb);
        return Kernel.returnValue(b, 0).build();
    }

    /** Appends what makes a command this run's: {@code success} becomes 0 if another one has it. */
    protected void claim(Routine.Builder b, AddressOf lastSequence, int last, int sequence, int success) {
        b.compareAndExchange("last_seq: claim", lastSequence, 8, last, (core, local) -> local[sequence], success);
    }

    /** Appends what comes behind the effect; {@code success} is 1 at the end of a control block. */
    protected void afterEffect(Routine.Builder b, Kernel kernel, int cb, int success) {}

    /** Only where there is time: what is told there would be steps of an exploration for nothing. */
    private static void tell(Routine.Builder b, Kernel kernel, BiConsumer<KernelListener, Core> what) {
        if (kernel.time() != null) {
            b.compute("(round)", (core, local) -> what.accept(kernel.listener(), core));
        }
    }

    /** Appends what ends a run that finds nothing new: jumps to {@code put}. */
    protected void ifNothingNew(Routine.Builder b, int sequence, int last) {
        b.jumpIf("(nothing new?)", (core, local) -> local[sequence] == local[last], "put");
    }

    /** Appends what discards a copy that was written while it was read: jumps to {@code again}. */
    protected void ifChanged(Routine.Builder b, int sequence, int value) {
        b.jumpIf("(changed?)", (core, local) -> local[value] != local[sequence], "again");
    }

    private static long copy(long cb, long sequence) {
        return cb + COPIES + (sequence & 1) * COPY_SIZE_BYTES;
    }

    /** __bpf_async_cancel_and_free(slot). */
    private Routine cancelAndFree(Kernel kernel, Routine update, Routine put, Routine queue) {
        Routine.Builder b = Routine.named("bpf_timer_cancel_and_free");
        int slot = b.local();
        b.local(); // the argument: not used
        int cb = b.local();
        int queued = b.local();
        Llist.exchange(b, "slot: xchg 0", KernelMemory.field(slot, 0), (core, local) -> 0, cb);
        b.jumpIf("(no timer?)", (core, local) -> local[cb] == 0, "out");
        resetProgram(b, update, cb, queued);
        destroy(b, put, queue, cb, queued);
        AsyncCb.deleted(b.label("deleted"), kernel, cb).label("out");
        return Kernel.returnValue(b, 0).build();
    }

    /** Appends what takes program and callback away from a timer that is deleted: nothing does. */
    protected void resetProgram(Routine.Builder b, Routine update, int cb, int value) {}

    /** Appends what hands the slot's reference over to a run of the worker, or gives it back: may jump to {@code deleted}. */
    protected void destroy(Routine.Builder b, Routine put, Routine queue, int cb, int queued) {
        b.storeConstant("last_seq = DESTROY", KernelMemory.field(cb, LAST_SEQUENCE), 8, DESTROY)
                .call(queue, cb);
        Kernel.takeResult(b, queued);
        b.jumpIf("(the slot's reference goes with it?)", (core, local) -> local[queued] != 0, "deleted")
                .call(put, cb);
    }

    /** bpf_async_refcount_put(cb). */
    private Routine put(Kernel kernel, Routine queue) {
        Routine.Builder b = Routine.named("bpf_async_refcount_put");
        int cb = b.local();
        int isZero = b.local();
        Refcount.decrementAndTest(b, kernel, "cb->refcnt", KernelMemory.field(cb, AsyncCb.REFCOUNT), isZero);
        b.jumpIf("(not the last?)", (core, local) -> local[isZero] == 0, "out");
        afterLastPut(b, queue, cb);
        AsyncCb.callRcu(b, kernel, Rcu.GracePeriod.TASKS_TRACE, cb);
        return b.label("out").ret().build();
    }

    /** Appends what is done before call_rcu_tasks_trace(); jumps to {@code out} instead if it must not be called here. */
    protected void afterLastPut(Routine.Builder b, Routine queue, int cb) {}

    private Routine afterGracePeriod(Kernel kernel, AsyncCb.Effects effects) {
        Routine.Builder b = Routine.named("bpf_async_cb_rcu_free");
        int cb = b.local();
        int value = b.local();
        secondCancel(b, kernel, effects, cb, value);
        AsyncCb.release(b, kernel, cb, value);
        return b.ret().build();
    }

    /** Appends a cancel after the grace period: there is none. */
    protected void secondCancel(Routine.Builder b, Kernel kernel, AsyncCb.Effects effects, int cb, int value) {}
}
