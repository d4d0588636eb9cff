package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.bpf.primitive.Refcount;
import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} whose count comes back from 0: the fourth and fifth posting did, and their worker may run before any command is written. */
public final class BrokenLatchResurrected extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-resurrected";
    }

    @Override
    public String description() {
        return "v6-fixed, but the last reference is taken again for one more run of the worker, which carries out what the latch holds";
    }

    @Override
    protected void destroy(Routine.Builder b, Routine put, Routine queue, int cb, int queued) {
        b.call(put, cb);
    }

    @Override
    protected void afterLastPut(Routine.Builder b, Routine queue, int cb) {
        b.storeConstant("cb->refcnt = 1", KernelMemory.field(cb, AsyncCb.REFCOUNT), 4, 1)
                .call(queue, cb)
                .jump("out");
    }

    @Override
    protected Routine workerPut(Kernel kernel, Routine put) {
        Routine.Builder b = Routine.named("bpf_async_worker_put");
        int cb = b.local();
        int isZero = b.local();
        Refcount.decrementAndTest(b, kernel, "cb->refcnt", KernelMemory.field(cb, AsyncCb.REFCOUNT), isZero);
        b.jumpIf("(not the last?)", (core, local) -> local[isZero] == 0, "out");
        AsyncCb.callRcu(b, kernel, Rcu.GracePeriod.TASKS_TRACE, cb);
        return b.label("out").ret().build();
    }
}
