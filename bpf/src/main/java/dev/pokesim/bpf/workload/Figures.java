package dev.pokesim.bpf.workload;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.form.Errno;
import dev.pokesim.bpf.form.LockedAsync;
import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.primitive.Hrtimer;
import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.NmiState;
import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.bpf.primitive.Workqueue;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** Measures a run in time while it goes on. Maps are looked up by address only, or sorted. */
final class Figures implements KernelListener {
    private static final int MAX_DEPTH = 32;
    private static final long PS_PER_NS = 1000;

    private final int cores;
    private final int[][] vectors;
    private final long[][] enteredPs;
    private final int[] depth;

    private long finished;
    private long accepted;
    private long acceptedInNmi;
    private long startsAccepted;
    private long startsExecuted;
    private final Map<String, Long> rejected = new TreeMap<>();

    private final Map<Long, Long> queuedPs = new HashMap<>();
    private final Histogram workNs = new Histogram(3);
    private long works;
    private long workIpis;

    private final Histogram nmiNs = new Histogram(3);
    private long nmisInNmi;
    private long waitsInNmi;

    private final long[] wantedPs;
    private final long[] heldLock;
    private final long[] heldSincePs;
    private long lockPs;
    private long locks;
    private long nmisUnderLock;

    private final Map<Long, Long> slots = new HashMap<>();
    private final Map<Long, Long> deletedPs = new HashMap<>();
    private final Map<Long, Long> graceCalls = new HashMap<>();
    private final Histogram cancelNs = new Histogram(3);
    private final Histogram destroyNs = new Histogram(3);
    /** Of the deleted ones, those that were cancelled since. */
    private final Set<Long> cancelled = new HashSet<>();

    private long live;
    private long liveMost;
    private long gracePeriodRetries;
    private long lateStarts;
    private long lateCallbacks;
    private long callbacks;
    private final long[] firing;

    /**
     * @param cores without those for grace periods and works
     */
    Figures(int cores) {
        this.cores = cores;
        int all = cores + 2;
        vectors = new int[all][MAX_DEPTH];
        enteredPs = new long[all][MAX_DEPTH];
        depth = new int[all];
        wantedPs = new long[all];
        heldLock = new long[all];
        heldSincePs = new long[all];
        firing = new long[all];
    }

    /** A timer exists before the run. */
    void exists(long slot, long cb) {
        slots.put(slot, cb);
        liveMost = ++live;
    }

    /** The timer whose callback was called last on a core. */
    long firing(int core) {
        return firing[core];
    }

    /** An operation came back. */
    void finished(Core core, Operation operation, long result) {
        finished++;
        if (isAccepted(operation, result)) {
            accepted++;
            acceptedInNmi += NmiState.inNmi(core) ? 1 : 0;
            startsAccepted += operation == Operation.START ? 1 : 0;
        } else {
            String cause = operation + " " + Errno.name(result) + (NmiState.inNmi(core) ? " in NMI" : "");
            rejected.merge(cause, 1L, Long::sum);
        }
    }

    /** A cancel also says whether the timer was queued, or that its callback runs. */
    private static boolean isAccepted(Operation operation, long result) {
        return result == 0
                || operation == Operation.CANCEL && result == 1
                || operation == Operation.CANCEL_ASYNC && (result == 1 || result == -1 || result == Errno.ECANCELED);
    }

    @Override
    public boolean seesAccesses() {
        return true;
    }

    @Override
    public void accesses(Core core, MicroOp step) {
        int id = core.id();
        if (heldLock[id] != 0 && step.memory() == MicroOp.Memory.STORE && step.address(core) == heldLock[id]) {
            heldLock[id] = 0;
            if (id < cores) {
                lockPs += core.timePs() - heldSincePs[id];
                locks++;
            }
        }
    }

    @Override
    public void entered(Core core, int vector) {
        int id = core.id();
        nmisUnderLock += vector == Machine.NMI && heldLock[id] != 0 ? 1 : 0;
        nmisInNmi += vector == Machine.NMI && NmiState.isNested(core) ? 1 : 0;
        vectors[id][depth[id]] = vector;
        enteredPs[id][depth[id]++] = core.timePs();
    }

    @Override
    public void returned(Core core) {
        int id = core.id();
        int level = --depth[id];
        if (vectors[id][level] == Machine.NMI) {
            nmiNs.recordValue((core.timePs() - enteredPs[id][level]) / PS_PER_NS);
        }
    }

    @Override
    public void sent(Core from, int target, int vector) {
        workIpis += vector == IrqWork.VECTOR ? 1 : 0;
    }

    @Override
    public void wantsLock(Core core, String lock) {
        wantedPs[core.id()] = core.timePs();
    }

    @Override
    public void waitsForLock(Core core, String lock) {
        waitsInNmi += NmiState.inNmi(core) ? 1 : 0;
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        if (failed) {
            return;
        }
        if (Hrtimer.isLock(address) || LockedAsync.isLock(address) || Workqueue.isLock(address)) {
            if (heldLock[core.id()] == 0) { // else it is taken under the other one
                heldLock[core.id()] = address;
                heldSincePs[core.id()] = wantedPs[core.id()];
            }
        } else if (NolockAllocator.cacheOf(address) == NolockAllocator.Cache.CONTROL_BLOCK) {
            long cb = NolockAllocator.Cache.CONTROL_BLOCK.around(address);
            if (address == cb + AsyncCb.RCU_HEAD && graceCalls.merge(cb, 1L, Long::sum) > 1) {
                gracePeriodRetries++;
            }
        }
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        if (KernelMemory.isSlot(address) && !LockedAsync.isLock(address)) {
            slotChanged(core, address);
        }
    }

    private void slotChanged(Core core, long slot) {
        long cb = core.memory().read(slot, Long.BYTES);
        Long before = slots.put(slot, cb);
        if (before != null && before != 0 && before != cb) {
            deletedPs.put(before, core.timePs());
        }
        if (cb != 0 && (before == null || before != cb)) {
            deletedPs.remove(cb);
            cancelled.remove(cb);
            graceCalls.remove(cb);
            liveMost = Math.max(liveMost, ++live);
        }
    }

    @Override
    public void freeing(Core core, NolockAllocator.Cache cache, long object) {
        if (cache != NolockAllocator.Cache.CONTROL_BLOCK) {
            return;
        }
        Long since = deletedPs.remove(object);
        cancelled.remove(object);
        graceCalls.remove(object);
        if (since != null) { // else nobody ever knew it: its creator lost a race
            destroyNs.recordValue((core.timePs() - since) / PS_PER_NS);
            live--;
        }
    }

    @Override
    public void cancelled(Core core, long timer) {
        Long since = deletedPs.get(timer - AsyncCb.TIMER);
        if (since != null && cancelled.add(timer - AsyncCb.TIMER)) {
            cancelNs.recordValue((core.timePs() - since) / PS_PER_NS);
        }
    }

    @Override
    public void workQueued(Core core, long work) {
        queuedPs.put(work, core.timePs());
    }

    @Override
    public void workRuns(Core core, long work) {
        works++;
        Long since = queuedPs.remove(work);
        if (since != null) {
            workNs.recordValue((core.timePs() - since) / PS_PER_NS);
        }
    }

    @Override
    public void timerQueued(Core core, long timer) {
        if (NolockAllocator.Cache.CONTROL_BLOCK.around(timer) + AsyncCb.TIMER != timer) {
            return; // the work with which a form ends a timer
        }
        startsExecuted++;
        lateStarts += deletedPs.containsKey(timer - AsyncCb.TIMER) ? 1 : 0;
    }

    @Override
    public void timerFires(Core core, long timer) {
        firing[core.id()] = timer;
    }

    /** The program is called by the timer that fires on this core. */
    void callbackBegins(Core core) {
        callbacks++;
        lateCallbacks += deletedPs.containsKey(firing[core.id()] - AsyncCb.TIMER) ? 1 : 0;
    }

    /** What was measured, with what the machine counted. */
    RunReport.Measured measured(
            RunSetup setup, long elapsedPs, long updates, long transfers, RunReport.Commands commands) {
        for (int id = 0; id < cores; id++) {
            lockPs += heldLock[id] != 0 ? Math.max(0, elapsedPs - heldSincePs[id]) : 0; // the run was cut off there
        }
        double seconds = elapsedPs / 1e12;
        double perOperation = finished == 0 ? 0 : 1.0 / finished;
        long nmis = nmiNs.getTotalCount();
        double underLock = elapsedPs == 0 ? 0 : (double) lockPs / elapsedPs / cores;
        return new RunReport.Measured(
                finished,
                accepted,
                acceptedInNmi,
                accepted / seconds,
                startsAccepted,
                startsExecuted,
                new TreeMap<>(rejected),
                RunReport.Latency.of(workNs),
                works,
                workIpis,
                accepted == 0 ? 0 : (double) workIpis / accepted,
                commands,
                updates * perOperation,
                transfers * perOperation,
                nmis,
                RunReport.Latency.of(nmiNs),
                nmisInNmi,
                waitsInNmi,
                new RunReport.UnderLock(
                        locks,
                        locks == 0 ? 0 : (double) lockPs / locks / PS_PER_NS,
                        nmisUnderLock,
                        nmis == 0 ? 0 : 1e6 * nmisUnderLock / nmis,
                        1e6 * underLock,
                        lockPs / (double) setup.nmiPeriodPs()),
                RunReport.Latency.of(cancelNs),
                RunReport.Latency.of(destroyNs),
                gracePeriodRetries,
                liveMost,
                callbacks,
                lateStarts,
                lateCallbacks);
    }
}
