package dev.pokesim.emulator.coherence;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.machine.Snapshots;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.microop.Await;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Fetch;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroCode;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.SendIpi;
import dev.pokesim.emulator.microop.Serialise;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
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
    /* An interrupt's ticket: its vector in the lowest bits, above them the number of a deadline. */
    private static final int VECTOR_BITS = 8;
    private static final int MAX_DEADLINE_NUMBER = (1 << 31 - VECTOR_BITS) - 1;

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
    /** Interrupts of a core's timer with an older number are void; 0 is the number of what no timer raises. */
    private final int[] deadlineNumber;
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
    private long transfers;
    private boolean stopped;
    private boolean stopWanted;

    /** The core that goes on before anything else, because it was stopped in the middle; NOBODY if none was. */
    private int paused = CacheLine.NOBODY;

    private long pausedUntilPs;

    private long steps;
    private long lastStep = Long.MAX_VALUE;
    private int stepCore;
    private StepKind stepKind = StepKind.MICRO_OP;
    private @Nullable MicroOp stepMicroOp;
    private boolean notesSteps;
    private long stepLoadAddress;
    private int stepLoadBytes;

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
        deadlineNumber = new int[count];
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

    /** How often a line has moved to a core so far, any line and any core. */
    public long transfers() {
        return transfers;
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

    /**
     * Sets the deadline of a core's own timer; the one that was set before is void, unless it has passed.
     *
     * @see "Intel SDM vol. 3A, TSC-Deadline Mode"
     */
    public void setDeadline(int core, int vector, long atPs) {
        deadlineNumber[core] = deadlineNumber[core] == MAX_DEADLINE_NUMBER ? 1 : deadlineNumber[core] + 1;
        events.add(atPs, INTERRUPT | (long) core << 32 | (long) deadlineNumber[core] << VECTOR_BITS | vector);
    }

    /** Calls back at a time, before which nothing later happens; one alarm at a time. */
    public void alarmAt(long atPs, Runnable callback) {
        alarm = callback;
        events.add(atPs, ALARM);
    }

    /** Makes {@link #run} return after the event in progress. */
    public void stop() {
        stopWanted = true;
        stopped = true;
    }

    /**
     * Runs until {@link #stop} is called or nothing can happen any more.
     *
     * @return whether it was stopped; false is a deadlock: every core that is not off waits
     */
    public boolean run() {
        return runTo(Long.MAX_VALUE) != End.NOTHING_CAN_HAPPEN;
    }

    /** What a step was. */
    public enum StepKind {
        MICRO_OP,
        /** A core entered the handler of an exception or interrupt. */
        ENTRY,
        /** A store that had to wait for its line reached memory. */
        DRAIN
    }

    /** Why {@link #runTo} has returned. */
    public enum End {
        /** All steps are done. */
        REACHED,
        /** {@link #stop} was called, perhaps in the last of the steps. */
        STOPPED,
        /** A deadlock: every core that is not off waits. */
        NOTHING_CAN_HAPPEN
    }

    /**
     * Runs until so many steps have been done since the start, or it ends as {@link #run} does. A step is a micro-op of a core, its
     * entry into a handler, or a store that reaches memory later because its line had to come; whatever drains together with it belongs
     * to it. To go on is as if it had never stopped.
     *
     * @param step more than {@link #steps()}
     */
    public End runTo(long step) {
        lastStep = step;
        stopped = false;
        stopWanted = false;
        if (paused != CacheLine.NOBODY) {
            int id = paused;
            paused = CacheLine.NOBODY;
            nowPs = pausedUntilPs;
            proceed(id);
        }
        while (!stopped) {
            if (events.isEmpty()) {
                return End.NOTHING_CAN_HAPPEN;
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
                int number = (int) ticket >>> VECTOR_BITS;
                if (number == 0 || number == deadlineNumber[id]) {
                    machine.raise(id, (int) ticket & (1 << VECTOR_BITS) - 1);
                    interrupt(id);
                }
            } else {
                Runnable callback = alarm;
                alarm = null;
                if (callback != null) { // none in a run that is done again
                    callback.run();
                }
            }
        }
        return stopWanted ? End.STOPPED : End.REACHED;
    }

    /** How many steps have been done since the start; see {@link #runTo}. */
    public long steps() {
        return steps;
    }

    /** The core of the last step that was noted. */
    public int stepCore() {
        return stepCore;
    }

    /** What the last step that was noted was. */
    public StepKind stepKind() {
        return stepKind;
    }

    /** The micro-op of the last step that was noted; null if it was none. */
    public @Nullable MicroOp stepMicroOp() {
        return stepMicroOp;
    }

    /** From now on it is noted, or not, what steps are and what they read. */
    public void noteSteps(boolean on) {
        notesSteps = on;
    }

    /** Where the last step that was noted read. */
    public long stepLoadAddress() {
        return stepLoadAddress;
    }

    /** How many bytes it read there; 0 if it read nothing. */
    public int stepLoadBytes() {
        return stepLoadBytes;
    }

    private void note(Core core, StepKind kind, @Nullable MicroOp microOp) {
        stepKind = kind;
        stepCore = core.id();
        stepMicroOp = microOp;
        stepLoadBytes = 0;
        if (microOp != null && (microOp.memory() == MicroOp.Memory.LOAD || microOp.memory() == MicroOp.Memory.UPDATE)) {
            stepLoadBytes = microOp.sizeBytes();
            stepLoadAddress = microOp.address(core);
        }
    }

    private void beginStep(Core core, StepKind kind, @Nullable MicroOp microOp) {
        if (notesSteps) {
            note(core, kind, microOp);
        }
        if (++steps >= lastStep) {
            stopped = true;
        }
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
        eventNumber[id]++;
        proceed(id);
    }

    private void proceed(int id) {
        Core core = machine.core(id);
        while (!stopped) {
            core.setTimePs(nowPs);
            if (core.delayPs() != 0 && !machine.isInterruptDeliverable(core)) {
                schedule(id, nowPs + core.delayPs(), Doing.SLEEPING);
                return;
            }
            int entries = machine.entries();
            MicroOp next = machine.next(core);
            if (machine.entries() != entries) {
                beginStep(core, StepKind.ENTRY, null);
                if (steps == lastStep) {
                    pause(id, nowPs);
                    return;
                }
            }
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
        pause(id, nowPs);
    }

    private void pause(int id, long untilPs) {
        paused = id;
        pausedUntilPs = untilPs;
    }

    /** Does a micro-op; returns what it costs in addition because of its outcome. */
    private long perform(Core core, MicroOp next) {
        beginStep(core, StepKind.MICRO_OP, next);
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
        int index = (int) address >>> CacheLine.SIZE_BITS & LINES_PER_FRAME - 1;
        CacheLine line = lines[index];
        if (line == null) {
            line = new CacheLine(
                    address >>> CacheLine.SIZE_BITS, Math.min(contention.window(), 2 * machine.coreCount()));
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
        transfers++;
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
            beginStep(core, StepKind.DRAIN, null);
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
        if (!events.isEmpty() && atPs >= events.firstTime()) {
            schedule(id, atPs, Doing.RUNNING);
            return;
        }
        doing[id] = Doing.RUNNING;
        if (stopped) {
            eventNumber[id]++;
            pause(id, atPs);
            return;
        }
        nowPs = atPs;
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

    // ---- snapshots

    /**
     * Says that the run begins now: this is the state that snapshots are compared with.
     *
     * @param started as {@link Machine#rememberInitial} wants them
     */
    public Snapshots rememberInitial(List<Routine> started) {
        return machine.rememberInitial(started, true).exact();
    }

    /**
     * Appends all that is not in the machine: what everybody does and when, lines and who waits for them, random numbers. Alarms are
     * not part of it: somebody who does a run again sets none.
     */
    public void save(StateWriter out) {
        out.word(nowPs);
        out.word(steps);
        out.word(updates);
        out.word(failedUpdates);
        out.word(paused);
        out.word(paused == CacheLine.NOBODY ? 0 : pausedUntilPs);
        random.save(out);
        events.save(out, nowPs);
        for (int id = 0; id < doing.length; id++) {
            out.number(doing[id].ordinal());
            out.word(untilPs[id]);
            out.word(eventNumber[id] & 0xffffffffL);
            out.number(waiting[id] == null ? 0 : 1);
        }
        saveLines(out);
        for (int request = 0; request < requestedLine.length; request++) {
            CacheLine line = requestedLine[request];
            out.number(line == null ? 0 : requestsOwnership[request] ? 2 : 1);
            if (line != null) {
                out.word(line.number());
                out.word(requestedPs[request]);
            }
        }
    }

    /** Takes back what {@link #save} wrote; the machine must be restored before. */
    public void restore(StateReader in) {
        nowPs = in.word();
        steps = in.word();
        updates = in.word();
        failedUpdates = in.word();
        paused = (int) in.word();
        pausedUntilPs = in.word();
        random.restore(in);
        events.restore(in, nowPs);
        for (int id = 0; id < doing.length; id++) {
            doing[id] = Doing.values()[in.number()];
            untilPs[id] = in.word();
            eventNumber[id] = (int) in.word();
            Core core = machine.core(id);
            waiting[id] = in.number() == 0 ? null : ((MicroCode) Objects.requireNonNull(core.code())).at(core.index());
        }
        restoreLines(in);
        for (int request = 0; request < requestedLine.length; request++) {
            int bits = in.number();
            requestedLine[request] = bits == 0 ? null : line(in.word() << CacheLine.SIZE_BITS);
            requestedPs[request] = bits == 0 ? 0 : in.word();
            requestsOwnership[request] = bits == 2;
        }
        alarm = null;
    }

    private void saveLines(StateWriter out) {
        int last = -1;
        for (int number = 0; number < memory.frameCount(); number++) {
            CacheLine[] lines = (CacheLine[]) memory.frame(number).attachment();
            for (int i = 0; lines != null && i < LINES_PER_FRAME; i++) {
                if (lines[i] != null && !lines[i].isUntouched()) {
                    int place = number * LINES_PER_FRAME + i;
                    out.number(place - last);
                    out.word(lines[i].number());
                    lines[i].save(out);
                    last = place;
                }
            }
        }
        out.number(0);
    }

    private void restoreLines(StateReader in) {
        for (int number = 0; number < memory.frameCount(); number++) {
            CacheLine[] lines = (CacheLine[]) memory.frame(number).attachment();
            for (int i = 0; lines != null && i < LINES_PER_FRAME; i++) {
                if (lines[i] != null) {
                    lines[i].reset();
                }
            }
        }
        int place = -1;
        for (int distance = in.number(); distance != 0; distance = in.number()) {
            place += distance;
            line(memory.frame(place / LINES_PER_FRAME), in.word() << CacheLine.SIZE_BITS)
                    .restore(in);
        }
    }

    // ---- for readers

    /**
     * Who has a cache line.
     *
     * @param owner the core that may write it; -1 if none may
     * @param sharers cores that may read it besides
     * @param waiting cores that have asked for it, each as often as it has
     * @param transfers how often it has moved to a core
     */
    public record LineState(int owner, List<Integer> sharers, List<Integer> waiting, long transfers) {
        public LineState {
            sharers = List.copyOf(sharers);
            waiting = List.copyOf(waiting);
        }
    }

    /** Who has the line of an address; null if nothing is mapped there, or it is text, whose lines are not followed. */
    public @Nullable LineState lineState(long address) {
        if (!memory.isMapped(address) || frame(address).holdsText()) {
            return null;
        }
        CacheLine[] lines = (CacheLine[]) frame(address).attachment();
        CacheLine line = lines == null ? null : lines[(int) address >>> CacheLine.SIZE_BITS & LINES_PER_FRAME - 1];
        return line == null
                ? new LineState(CacheLine.NOBODY, List.of(), List.of(), 0)
                : new LineState(
                        line.owner(),
                        IntStream.of(line.sharers()).boxed().toList(),
                        IntStream.of(line.waiting())
                                .map(request -> request >> 1)
                                .boxed()
                                .toList(),
                        line.transfers());
    }
}
