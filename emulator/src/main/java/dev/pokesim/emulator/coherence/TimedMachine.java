package dev.pokesim.emulator.coherence;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.microop.Await;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Fetch;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.SendIpi;
import dev.pokesim.emulator.microop.Serialise;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a machine in simulated time: always the core that is furthest behind, ties by core number. A micro-op that hits takes
 * its cost; one that needs a line it does not hold waits until the line's home has served the requests before it, and takes
 * effect when the line arrives.
 *
 * <p>Times are picoseconds from the start of the run.
 */
public final class TimedMachine implements Machine.IpiTransport {
    private static final int LINES_PER_FRAME = Frame.SIZE_BYTES / CacheLine.SIZE_BYTES;

    /** What a core is doing until its next event. */
    private enum Doing {
        /** A micro-op's cost passes; it cannot be interrupted. */
        RUNNING,
        /** Lets time pass; an interrupt ends or suspends it. */
        SLEEPING,
        /** Waits for a cache line. */
        WAITING_FOR_LINE,
        /** Waits for its store buffer. */
        WAITING_FOR_STORES,
        /** Waits for answers to its IPIs. */
        WAITING_FOR_ANSWERS,
        HALTED,
        /** Has nothing to do in this run. */
        OFF
    }

    private static final long WAITS = -1;

    /* Kinds of events, in a ticket's high bits: at the same time arrivals come before interrupts, interrupts before cores. */
    private static final long ARRIVAL = 0L << 60;
    private static final long INTERRUPT = 1L << 60;
    private static final long STEP = 2L << 60;
    private static final long ALARM = 3L << 60;

    private final Machine machine;
    private final AddressSpace memory;
    private final MachineProfile profile;
    private final Topology topology;
    private final Contention contention;
    private final SeededRandom random;
    private final EventQueue events = new EventQueue();

    private final Doing[] doing;
    private final long[] untilPs;
    /** Events of a core with an older number are void. */
    private final int[] eventNumber;
    /** The micro-op that waits for its line. */
    private final @Nullable MicroOp[] waiting;

    /* Requests: 2 * core for the micro-op in progress, 2 * core + 1 for the oldest store of its buffer. */
    private final @Nullable CacheLine[] requestedLine;
    private final boolean[] requestsOwnership;
    private final long[] requestedPs;
    private LineTransfer.@Nullable Observer lineObserver;

    private long nowPs;
    private @Nullable Runnable alarm;
    private long failedUpdates;
    private long updates;
    private boolean stopped;

    /**
     * @param random decides the service order of waiting requests and retry hits
     * @param contention assumptions about contended lines
     */
    public TimedMachine(Machine machine, MachineProfile profile, Contention contention, SeededRandom random) {
        this.machine = machine;
        memory = machine.memory();
        this.profile = profile;
        this.contention = contention;
        this.random = random;
        int count = machine.coreCount();
        topology = new Topology(profile, count);
        doing = new Doing[count];
        java.util.Arrays.fill(doing, Doing.OFF);
        untilPs = new long[count];
        eventNumber = new int[count];
        waiting = new MicroOp[count];
        requestedLine = new CacheLine[2 * count];
        requestsOwnership = new boolean[2 * count];
        requestedPs = new long[2 * count];
        for (int core = 0; core < count; core++) {
            machine.core(core).setTimestampKhz(profile.tscHertz() / 1000);
        }
        machine.transportIpis(this);
    }

    public Topology topology() {
        return topology;
    }

    /** The present. */
    public long nowPs() {
        return nowPs;
    }

    /** Locked operations that took effect so far, failed compare-and-exchanges included. */
    public long updates() {
        return updates;
    }

    /** Compare-and-exchanges that found another value so far. */
    public long failedUpdates() {
        return failedUpdates;
    }

    /** How often the line of an address has moved to a core; 0 if it was never used. */
    public long transfers(long address) {
        return line(address).transfers();
    }

    /** Tells somebody of every request for the line of an address, and of its arrivals; one observer a line. */
    public void observeLine(long address, LineObserver observer) {
        line(address).setObserver(observer);
    }

    /** Puts the lines of some bytes into a core's cache, as they would be after a long time of use. */
    public void warm(int core, long address, long sizeBytes) {
        for (long at = address & -CacheLine.SIZE_BYTES; at < address + sizeBytes; at += CacheLine.SIZE_BYTES) {
            line(at).warm(core);
        }
    }

    /** Sets the one who is told of every line that moves. */
    public void observeLines(LineTransfer.Observer observer) {
        lineObserver = observer;
    }

    /** Starts a core at a time. */
    public void start(int core, long atPs) {
        schedule(core, atPs, Doing.RUNNING);
    }

    /** A device raises an interrupt on a core at a time. */
    public void raiseAt(int core, int vector, long atPs) {
        events.add(atPs, INTERRUPT | (long) core << 32 | vector);
    }

    /** Calls back at a time, before which nothing later happens; one alarm at a time. */
    public void alarmAt(long atPs, Runnable callback) {
        alarm = callback;
        events.add(atPs, ALARM);
    }

    /** Makes {@link #run} return after the event in progress. */
    public void stop() {
        stopped = true;
    }

    /**
     * Runs until {@link #stop} is called or nothing can happen any more.
     *
     * @return whether it was stopped; false is a deadlock: every core that is not off waits
     */
    public boolean run() {
        stopped = false;
        while (!stopped) {
            if (events.isEmpty()) {
                return false;
            }
            nowPs = events.firstTime();
            long ticket = events.firstTicket();
            events.removeFirst();
            int id = (int) (ticket >>> 32) & 0xfffffff;
            long kind = ticket >>> 60 << 60;
            if (kind == STEP) {
                if (eventNumber[id] == (int) ticket) {
                    wake(id);
                }
            } else if (kind == ARRIVAL) {
                arrive(id);
            } else if (kind == INTERRUPT) {
                machine.raise(id, (int) ticket);
                interrupt(id);
            } else {
                Runnable callback = Objects.requireNonNull(alarm);
                alarm = null;
                callback.run();
            }
        }
        return true;
    }

    private void schedule(int id, long atPs, Doing what) {
        doing[id] = what;
        untilPs[id] = atPs;
        events.add(atPs, STEP | (long) id << 32 | ++eventNumber[id] & 0xffffffffL);
    }

    private void park(int id, Doing what) {
        doing[id] = what;
        eventNumber[id]++;
    }

    private void wake(int id) {
        if (doing[id] == Doing.SLEEPING) {
            machine.core(id).setDelayPs(0);
        }
        step(id);
    }

    /** An interrupt became pending: what can be interrupted is. */
    private void interrupt(int id) {
        Core core = machine.core(id);
        switch (doing[id]) {
            case SLEEPING -> {
                if (machine.isInterruptDeliverable(core)) {
                    core.setDelayPs(untilPs[id] - nowPs);
                    step(id);
                }
            }
            case WAITING_FOR_ANSWERS, HALTED -> {
                if (machine.isInterruptDeliverable(core)) {
                    step(id);
                }
            }
            case RUNNING, WAITING_FOR_LINE, WAITING_FOR_STORES, OFF -> {}
        }
    }

    /** Lets a core go on from now, until it waits or somebody else is due. */
    private void step(int id) {
        Core core = machine.core(id);
        eventNumber[id]++;
        while (!stopped) {
            core.setTimePs(nowPs);
            if (core.delayPs() != 0 && !machine.isInterruptDeliverable(core)) {
                schedule(id, nowPs + core.delayPs(), Doing.SLEEPING);
                return;
            }
            MicroOp next = machine.next(core);
            long cost = costOrWait(core, next);
            if (cost == WAITS) {
                return;
            }
            cost += perform(core, next);
            if (core.isHalted() && !machine.isInterruptDeliverable(core)) {
                park(id, Doing.HALTED);
                return;
            }
            if (cost > 0) {
                long then = nowPs + cost;
                if (!events.isEmpty() && then >= events.firstTime()) {
                    schedule(id, then, Doing.RUNNING);
                    return;
                }
                nowPs = then; // nobody is due before
            }
        }
        schedule(id, nowPs, Doing.RUNNING);
    }

    /** Does a micro-op; returns what it costs in addition because of its outcome. */
    private long perform(Core core, MicroOp next) {
        machine.perform(core, next);
        if (next instanceof LockedUpdate) {
            updates++;
            if (core.hasUpdateFailed()) {
                failedUpdates++;
                return profile.retryGapPs();
            }
        } else if (next.memory() == MicroOp.Memory.STORE) {
            drainStores(core);
        }
        return 0;
    }

    /** What a micro-op costs from now on, or {@link #WAITS} after arranging that the core is woken. */
    private long costOrWait(Core core, MicroOp next) {
        if (next instanceof Compute) {
            return next.costPs();
        }
        StoreBuffer buffer = Objects.requireNonNull(core.storeBuffer());
        MicroOp.Memory memoryUse = next.memory();
        if (next.drainsStores() && !buffer.isEmpty()
                || memoryUse == MicroOp.Memory.STORE && buffer.count() >= StoreBuffer.CAPACITY - 1) {
            park(core.id(), Doing.WAITING_FOR_STORES);
            return WAITS;
        }
        if (memoryUse == MicroOp.Memory.NONE) {
            return costWithoutMemory(core, next);
        }
        if (memoryUse == MicroOp.Memory.STORE) {
            return profile.storePs() + next.costPs();
        }
        long address = next.address(core);
        boolean toWrite = memoryUse == MicroOp.Memory.UPDATE;
        if (toWrite || buffer.isEmpty() || !buffer.covers(address, next.sizeBytes())) {
            CacheLine line = lineToHold(address);
            if (line != null && !isHeld(line, core, toWrite)) {
                park(core.id(), Doing.WAITING_FOR_LINE);
                waiting[core.id()] = next;
                request(2 * core.id(), line, toWrite);
                return WAITS;
            }
        }
        return (toWrite ? profile.lockedOperationPs() : 0) + next.costPs();
    }

    private long costWithoutMemory(Core core, MicroOp next) {
        if (next == Fetch.FETCH) {
            return profile.guestInstructionPs();
        }
        if (next instanceof Await await && !await.holds(core)) {
            park(core.id(), Doing.WAITING_FOR_ANSWERS);
            return WAITS;
        }
        if (next instanceof SendIpi ipi) {
            return profile.ipiEnqueuePs(topology.distance(core.id(), ipi.target(core)));
        }
        if (next instanceof Serialise serialise && serialise.isInstruction()) {
            return profile.serialisePs();
        }
        return next.costPs();
    }

    // ---- lines

    private CacheLine line(long address) {
        return line(frame(address), address);
    }

    private CacheLine line(Frame frame, long address) {
        CacheLine[] lines = (CacheLine[]) frame.attachment();
        if (lines == null) {
            lines = new CacheLine[LINES_PER_FRAME];
            frame.attach(lines);
        }
        int index = (int) address >>> 6 & LINES_PER_FRAME - 1;
        CacheLine line = lines[index];
        if (line == null) {
            line = new CacheLine(address >>> 6, Math.min(contention.window(), 2 * machine.coreCount()));
            lines[index] = line;
        }
        return line;
    }

    /** The frame behind a mapped address, whatever its page allows. */
    private Frame frame(long address) {
        return memory.allows(address, Access.READ)
                ? memory.frameForLoad(address)
                : memory.frame(address, memory.allows(address, Access.WRITE) ? Access.WRITE : Access.EXECUTE);
    }

    /** The line that an access needs; null if it needs none: it will fault, or text's lines are part of what a poke costs. */
    private @Nullable CacheLine lineToHold(long address) {
        if (!memory.isMapped(address)) {
            return null;
        }
        Frame frame = frame(address);
        return frame.holdsText() ? null : line(frame, address);
    }

    private boolean isHeld(CacheLine line, Core core, boolean toWrite) {
        return toWrite ? line.isOwnedBy(core.id(), nowPs) : line.isReadableBy(core.id(), nowPs);
    }

    private void request(int request, CacheLine line, boolean toWrite) {
        requestedLine[request] = line;
        requestsOwnership[request] = toWrite;
        requestedPs[request] = nowPs;
        line.enqueue(request);
        LineObserver observer = line.observer();
        if (observer != null) {
            observer.requested(nowPs);
        }
        if (line.inFlight() == CacheLine.InFlight.NOTHING) {
            grant(line, Math.max(nowPs, line.freeAtPs()));
        }
    }

    /** The home picks the next request, and the one after it while clean copies are given out; from {@code fromPs} on. */
    private void grant(CacheLine line, long fromPs) {
        long startPs = fromPs;
        while (line.hasWaiters() && line.inFlight() == CacheLine.InFlight.NOTHING) {
            int choices = line.choices();
            int request = line.dequeue(choices == 1 ? 0 : random.nextInt(choices));
            boolean owns = requestsOwnership[request];
            long transfer = transferPs(line, request >> 1, owns);
            if (!owns && line.isShared()) {
                // the home is free again soon, and other readers do not wait for this one
                line.setReadsArriveByPs(Math.max(line.readsArriveByPs(), startPs + transfer));
                line.setFreeAtPs(startPs + profile.sharedReadOccupancyPs());
            } else {
                startPs = Math.max(startPs, line.readsArriveByPs());
                line.setInFlight(owns ? CacheLine.InFlight.OWNERSHIP : CacheLine.InFlight.COPY, request);
                line.setFreeAtPs(startPs);
            }
            events.add(startPs + transfer, ARRIVAL | (long) request << 32);
            startPs = line.freeAtPs();
        }
    }

    /** How long a line takes to a core: a writer also waits until the farthest reader has given its copy up. */
    private long transferPs(CacheLine line, int core, boolean owns) {
        if (line.source() == CacheLine.NOBODY) {
            return profile.memoryAccessPs();
        }
        if (!owns || !line.isShared()) {
            return profile.transferPs(topology.distance(line.source(), core));
        }
        long farthest = 0;
        for (int reader = line.nextSharer(0); reader >= 0; reader = line.nextSharer(reader + 1)) {
            farthest = Math.max(farthest, profile.transferPs(topology.distance(reader, core)));
        }
        return farthest;
    }

    private void arrive(int request) {
        CacheLine line = Objects.requireNonNull(requestedLine[request]);
        requestedLine[request] = null;
        int id = request >> 1;
        boolean owns = requestsOwnership[request];
        boolean held = line.isInFlight(request);
        if (lineObserver != null) {
            tell(lineObserver, request, line);
        }
        if (owns) {
            line.own(id);
        } else {
            line.share(id);
        }
        LineObserver observer = line.observer();
        if (observer != null) {
            observer.arrived(nowPs);
        }
        Core core = machine.core(id);
        core.setTimePs(nowPs);
        long busy = 0;
        long cost = 0;
        boolean isStore = (request & 1) != 0;
        if (isStore) {
            machine.drain(core);
            busy = profile.lockedOperationPs()
                    + profile.holdAfterOperationPs(); // an operation on a line that had to come
        } else {
            MicroOp next = Objects.requireNonNull(waiting[id]);
            waiting[id] = null;
            cost = owns ? profile.lockedOperationPs() : 0;
            busy = owns ? cost + profile.holdAfterOperationPs() : profile.cachedReadPs();
            cost += next.costPs();
            long gap = perform(core, next);
            if (gap > 0
                    && contention.retryHitProbability() > 0
                    && random.nextDouble() < contention.retryHitProbability()) {
                busy += gap + profile.lockedOperationPs();
            }
            cost += gap;
        }
        if (held) {
            line.setInFlight(CacheLine.InFlight.NOTHING, request);
            line.setFreeAtPs(nowPs + busy);
            grant(line, nowPs + busy);
        }
        if (isStore) {
            drainStores(core);
        } else {
            goOn(id, nowPs + cost);
        }
    }

    private void tell(LineTransfer.Observer told, int request, CacheLine line) {
        Core core = machine.core(request >> 1);
        boolean buffered = (request & 1) != 0;
        MicroOp next = waiting[core.id()];
        boolean isStore = buffered || next == null;
        told.arrived(
                core,
                new LineTransfer(
                        nowPs,
                        isStore ? Objects.requireNonNull(core.storeBuffer()).oldestAddress() : next.address(core),
                        isStore ? MicroOp.Memory.STORE : next.memory(),
                        line.source(),
                        line.isModified(),
                        nowPs - requestedPs[request],
                        buffered));
    }

    /** A core goes on at a time: without an event, if it would be the next one. */
    private void goOn(int id, long atPs) {
        if (stopped || !events.isEmpty() && atPs >= events.firstTime()) {
            schedule(id, atPs, Doing.RUNNING);
            return;
        }
        nowPs = atPs;
        doing[id] = Doing.RUNNING;
        step(id);
    }

    /** Lets the oldest stores reach memory while their lines are held, and asks for the line of the next one. */
    private void drainStores(Core core) {
        int id = core.id();
        StoreBuffer buffer = Objects.requireNonNull(core.storeBuffer());
        while (!buffer.isEmpty() && requestedLine[2 * id + 1] == null) {
            CacheLine line = lineToHold(buffer.oldestAddress());
            if (line == null || isHeld(line, core, true)) {
                machine.drain(core);
            } else {
                request(2 * id + 1, line, true);
            }
        }
        if (doing[id] == Doing.WAITING_FOR_STORES) {
            schedule(id, nowPs, Doing.RUNNING);
        }
    }

    // ---- interrupts between cores

    @Override
    public void send(Core from, int target, int vector) {
        long enqueue = profile.ipiEnqueuePs(topology.distance(from.id(), target));
        raiseAt(target, vector, nowPs + enqueue + profile.ipiDeliveryPs());
    }

    @Override
    public void answered(Core sender) {
        if (doing[sender.id()] == Doing.WAITING_FOR_ANSWERS && sender.outstandingAcknowledgements() == 0) {
            schedule(sender.id(), nowPs, Doing.RUNNING);
        }
    }
}
