package dev.pokesim.emulator.machine;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Code;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.FetchView;
import dev.pokesim.emulator.core.InterruptBus;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.isa.DecodeCache;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.isa.TextFetcher;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.microop.Fetch;
import dev.pokesim.emulator.microop.InterruptReturn;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroCode;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Serialise;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Many cores over one memory. It says what each core would do next and does it; who goes next, and when, is up to a scheduler.
 *
 * <p>An interrupt is taken between two instructions of guest code, or between any two micro-ops of a routine, if IF allows it;
 * an NMI whatever IF says. Inside one instruction a core is never interrupted, as on hardware: its memory accesses can be told
 * apart by other cores only.
 */
public final class Machine implements InterruptBus {
    private static final int VECTORS = 256;
    private static final int WORDS = VECTORS / 64;
    /** Vector of the NMI. */
    public static final int NMI = 2;

    private final AddressSpace memory;
    private final Core[] cores;
    private final @Nullable Routine[] handlers = new Routine[VECTORS];
    private final long[] pending; // WORDS per core
    private final boolean[] nmiPending;
    private final List<List<Core>> queuedCalls = new ArrayList<>();
    private final List<List<Core>> takenCalls = new ArrayList<>();
    private final FetchMode mode;
    private final TextFetcher fetcher;
    private ReplacedFunctions replaced = ReplacedFunctions.NONE;
    private @Nullable MachineObserver observer;
    private boolean tellsAccesses;
    private boolean tellsInstructions;
    private @Nullable IpiTransport transport;
    private @Nullable Decoded lastFetched;
    private int entries;

    /** How an IPI gets to its target: at once, or after a time. */
    public interface IpiTransport {
        /** Makes {@link #raise} happen on {@code target}. */
        void send(Core from, int target, int vector);

        /** A core that sent calls has one answer more. */
        void answered(Core sender);
    }

    /**
     * @param count 1 to 4096 cores, numbered from 0
     * @param mode how far fetches may lag
     * @param chooser decides what stale bytes are seen
     */
    public Machine(AddressSpace memory, int count, FetchMode mode, Chooser chooser) {
        this.memory = memory;
        memory.recordTextWrites();
        cores = new Core[count];
        pending = new long[count * WORDS];
        nmiPending = new boolean[count];
        DecodeCache cache = new DecodeCache(memory, new Decoder());
        this.mode = mode;
        fetcher = new TextFetcher(cache, new FetchView(memory, mode, chooser));
        for (int i = 0; i < count; i++) {
            cores[i] = new Core(i, memory);
            cores[i].connect(this);
            cores[i].setFetcher(fetcher);
            queuedCalls.add(new ArrayList<>());
            takenCalls.add(new ArrayList<>());
        }
    }

    public AddressSpace memory() {
        return memory;
    }

    /** How many cores it has. */
    public int coreCount() {
        return cores.length;
    }

    public Core core(int id) {
        return cores[id];
    }

    /** Sets the one observer. */
    public void observe(MachineObserver newObserver) {
        observer = newObserver;
        tellsAccesses = newObserver.seesAccesses();
        tellsInstructions = newObserver.seesInstructions();
    }

    /** Sets how IPIs travel; without it they are pending at once. */
    public void transportIpis(IpiTransport newTransport) {
        transport = newTransport;
    }

    /** Sets the handler of a vector, a routine that begins with {@link Routine.Builder#interruptEntry}. */
    public void handle(int vector, Routine handler) {
        handlers[vector] = handler;
    }

    /** Sets the guest functions that routines stand in for, instead of those before. */
    public void replace(ReplacedFunctions functions) {
        replaced = functions;
    }

    // ---- interrupts

    /** Whether an interrupt is pending on a core; {@link #NMI} is an NMI. */
    public boolean isPending(Core core, int vector) {
        return vector == NMI
                ? nmiPending[core.id()]
                : (pending[core.id() * WORDS + (vector >> 6)] & 1L << (vector & 63)) != 0;
    }

    /** Whether calls were sent to a core whose handler has not begun to answer them: the IPI is on its way, or pending. */
    public boolean isCalled(Core core) {
        return !queuedCalls.get(core.id()).isEmpty();
    }

    /** Whether the handler of a core is about to answer calls. */
    public boolean isAnswering(Core core) {
        return !takenCalls.get(core.id()).isEmpty();
    }

    /** An interrupt becomes pending on a core; {@link #NMI} is an NMI. */
    public void raise(int core, int vector) {
        if (vector == NMI) {
            raiseNmi(core);
            return;
        }
        pending[core * WORDS + (vector >> 6)] |= 1L << (vector & 63);
    }

    /** An NMI becomes pending on a core. */
    public void raiseNmi(int core) {
        nmiPending[core] = true;
    }

    /** Whether the core would enter a handler before anything else now. */
    public boolean isInterruptDeliverable(Core core) {
        boolean between = !core.isInGuest() || core.isAtInstructionBoundary();
        return between && vectorToDeliver(core) != Core.NO_TRAP;
    }

    /** Whether an interrupt that becomes pending now would be taken before anything else. */
    public boolean takesInterrupts(Core core) {
        return isBetween(core)
                && core.flags().interruptsEnabled()
                && !core.isInInterruptShadow()
                && !isIndivisible(core);
    }

    /** Whether an NMI that becomes pending now would be taken before anything else. */
    public boolean takesNmi(Core core) {
        return isBetween(core) && !core.isNmiBlocked() && !isIndivisible(core);
    }

    private static boolean isBetween(Core core) {
        return core.trap() == Core.NO_TRAP && (!core.isInGuest() || core.isAtInstructionBoundary());
    }

    private int vectorToDeliver(Core core) {
        int id = core.id();
        if (nmiPending[id] && !core.isNmiBlocked() && !isIndivisible(core)) {
            return NMI;
        }
        if (!core.flags().interruptsEnabled() || core.isInInterruptShadow()) {
            return Core.NO_TRAP;
        }
        for (int word = WORDS - 1; word >= 0; word--) {
            long bits = pending[id * WORDS + word];
            if (bits != 0) {
                if (isIndivisible(core)) {
                    return Core.NO_TRAP;
                }
                return word * 64 + 63 - Long.numberOfLeadingZeros(bits);
            }
        }
        return Core.NO_TRAP;
    }

    /** Whether the core is between two micro-ops that nothing may come between: delivery and entry, two halves of a load. */
    private static boolean isIndivisible(Core core) {
        return core.isHalfLoaded()
                || core.index() == 0 && core.code() instanceof Routine routine && routine.isHandler();
    }

    private void deliver(Core core, int vector) {
        if (vector == NMI) {
            nmiPending[core.id()] = false;
            core.setNmiBlocked(true);
        } else {
            pending[core.id() * WORDS + (vector >> 6)] &= ~(1L << (vector & 63));
        }
        core.setHalted(false);
        enterHandler(core, vector);
    }

    private void enterHandler(Core core, int vector) {
        Routine handler = handlers[vector];
        if (handler == null) {
            throw crash(core, "nothing handles vector " + vector, null);
        }
        if (observer != null) {
            observer.entered(core, vector);
        }
        core.enterHandler(handler);
        entries++;
    }

    /** Changes whenever a core enters a handler. */
    public int entries() {
        return entries;
    }

    @Override
    public void send(Core from, int target, int vector) {
        from.addOutstanding(1);
        queuedCalls.get(target).add(from);
        sendWithoutCall(from, target, vector);
    }

    @Override
    public void sendWithoutCall(Core from, int target, int vector) {
        if (observer != null) {
            observer.sent(from, target, vector);
        }
        if (transport != null) {
            transport.send(from, target, vector);
        } else {
            raise(target, vector);
        }
    }

    @Override
    public void takeCalls(Core by) {
        takenCalls.get(by.id()).addAll(queuedCalls.get(by.id()));
        queuedCalls.get(by.id()).clear();
    }

    @Override
    public void answerCalls(Core by) {
        if (observer != null) {
            observer.answered(by);
        }
        for (Core sender : takenCalls.get(by.id())) {
            sender.addOutstanding(-1);
            if (transport != null) {
                transport.answered(sender);
            }
        }
        takenCalls.get(by.id()).clear();
    }

    // ---- micro-ops

    /**
     * What the core does next. Moves the core over everything that is not a step: an exception, a pending interrupt, a return
     * to a routine, the call of a replaced function. A halted core has no next step before an interrupt is deliverable.
     *
     * @throws GuestCrash if an exception has no handler
     */
    public MicroOp next(Core core) {
        while (true) {
            MicroCode code = (MicroCode) core.code();
            if (code != null && core.isInGuest()) {
                return code.at(core.index());
            }
            if (core.trap() != Core.NO_TRAP) {
                int vector = core.trap();
                core.setTrap(Core.NO_TRAP);
                enterHandler(core, vector);
                continue;
            }
            int vector = vectorToDeliver(core);
            if (vector != Core.NO_TRAP) {
                deliver(core, vector);
                continue;
            }
            if (code != null) {
                return code.at(core.index());
            }
            if (core.rip() == Core.ROUTINE_RETURN) {
                core.resume();
                if (observer != null) {
                    observer.guestReturned(core);
                }
                continue;
            }
            Routine replacement = replaced.at(core.rip());
            if (replacement == null) {
                return Fetch.FETCH;
            }
            core.enterRoutine(replacement);
        }
    }

    /**
     * Does the micro-op that {@link #next} gave. A {@link StoreBuffer} that it needs empty must be empty.
     *
     * @throws GuestCrash if it faults and nothing handles the fault
     */
    public void perform(Core core, MicroOp step) {
        try {
            if (step == Fetch.FETCH) {
                lastFetched = null;
                step.execute(core);
                lastFetched = (Decoded) Objects.requireNonNull(core.code());
                if (observer != null) {
                    observer.fetched(core, lastFetched);
                }
                retireIfDone(core);
                return;
            }
            if (tellsAccesses && step.memory() != MicroOp.Memory.NONE && observer != null) {
                observer.accesses(core, step);
            }
            core.setIndex(core.index() + 1);
            step.execute(core);
        } catch (GuestFault fault) {
            if (step == Fetch.FETCH && observer != null) {
                observer.fetchFailed(core, String.valueOf(fault.getMessage()));
            }
            fault(core, fault);
            return;
        } catch (NotModelled missing) {
            if (step == Fetch.FETCH && observer != null) {
                observer.fetchFailed(core, String.valueOf(missing.getMessage()));
            }
            throw crash(core, String.valueOf(missing.getMessage()), missing);
        }
        retireIfDone(core);
        if (observer != null && step.drainsStores()) {
            tell(observer, core, step);
        }
    }

    /**
     * An instruction ends with its last micro-op, not when somebody asks what comes next: an HLT must be over for its interrupt
     * to come, and the next fetch may see what is written from now on.
     */
    private void retireIfDone(Core core) {
        MicroCode code = (MicroCode) core.code();
        if (code != null && core.isInGuest() && core.index() >= code.size()) {
            long before = core.retired();
            core.retire();
            if (tellsInstructions && core.retired() != before && observer != null) {
                observer.retired(core, (Decoded) code);
            }
        }
    }

    /** All that is told here needs an empty store buffer; the steps in their millions do not. */
    private void tell(MachineObserver told, Core core, MicroOp step) {
        if (step instanceof LockedUpdate update) {
            long address = core.updatedAddress(); // the update may have changed the registers that it is made of
            told.updated(core, address, core.hasUpdateFailed());
            if (!core.hasUpdateFailed()) {
                told.written(core, address, update.sizeBytes());
            }
        } else if (step instanceof InterruptReturn back) {
            if (back.serialises()) {
                told.serialised(core);
            }
            told.returned(core);
        } else if (step instanceof Serialise) {
            told.serialised(core);
        }
    }

    private void fault(Core core, GuestFault fault) {
        if (!core.isInGuest() || handlers[fault.vector().number()] == null) {
            throw crash(core, fault.getMessage() + bytes(core), fault);
        }
        core.abandon();
        core.setTrap(fault.vector().number());
    }

    private static GuestCrash crash(Core core, String reason, @Nullable RuntimeException cause) {
        Code code = core.code();
        return new GuestCrash(
                core.id(),
                core.rip(),
                "core " + core.id() + " at " + Address.text(core.rip()) + (code == null ? "" : " in " + code.name())
                        + ": " + reason,
                cause);
    }

    /** The bytes of the instruction, or the first that memory has at RIP if none was decoded; nothing in a routine. */
    private String bytes(Core core) {
        if (!core.isInGuest()) {
            return "";
        }
        if (core.code() instanceof Decoded decoded) {
            return "; bytes " + decoded.bytes();
        }
        byte[] seen = new byte[InstructionBytes.MAX_SIZE_BYTES];
        int size = 0;
        while (size < seen.length && memory.allows(core.rip() + size, Access.EXECUTE)) {
            long address = core.rip() + size;
            seen[size++] = (byte) memory.frameForFetch(address).byteAt((int) address & Frame.SIZE_BYTES - 1);
        }
        return size == 0 ? "" : "; bytes " + InstructionBytes.of(seen, 0, size);
    }

    /** What the last fetch gave, by whatever core; null if it failed. A no-op is over already. */
    public @Nullable Decoded lastFetched() {
        return lastFetched;
    }

    /** The oldest store of a core reaches memory. */
    public void drain(Core core) {
        StoreBuffer buffer = Objects.requireNonNull(core.storeBuffer());
        long address = buffer.oldestAddress();
        int sizeBytes = buffer.oldestSizeBytes();
        core.drainOldestStore();
        if (observer != null) {
            observer.written(core, address, sizeBytes);
        }
    }

    // ---- snapshots

    /**
     * Says that the present state is the one that snapshots are compared with. Nothing is mapped and no handler is set after
     * this.
     *
     * @param started routines that cores execute or will enter; handlers, and what these and those call, are found from here
     * @param withTimestamps whether guest code reads the time-stamp counter, which then belongs to the state
     */
    public Snapshots rememberInitial(List<Routine> started, boolean withTimestamps) {
        memory.rememberInitial();
        for (Core core : cores) {
            core.rememberInitial();
        }
        List<Routine> routines = new ArrayList<>();
        started.forEach(routine -> addWithCallees(routine, routines));
        boolean handlersEnterGuest = false;
        for (Routine handler : handlers) {
            if (handler != null) {
                addWithCallees(handler, routines);
                handlersEnterGuest |= handler.entersGuest();
            }
        }
        replaced.routines().forEach(routine -> addWithCallees(routine, routines));
        return new Snapshots(this, new MachineCode(fetcher, routines, handlersEnterGuest), withTimestamps, false);
    }

    private static void addWithCallees(Routine routine, List<Routine> all) {
        if (!all.contains(routine)) {
            all.add(routine);
            routine.callees().forEach(callee -> addWithCallees(callee, all));
        }
    }

    void save(StateWriter out, MachineCode code, boolean withTimestamps, boolean exact) {
        int fromMoment = memory.history().moment();
        for (Core core : cores) {
            if (exact || code.willFetch(core)) {
                fromMoment = Math.min(fromMoment, core.epoch());
            }
        }
        memory.save(out, fromMoment);
        for (Core core : cores) {
            boolean willFetch = exact || code.willFetch(core);
            core.save(out, code, fromMoment, willFetch, mode == FetchMode.TWO_READS, withTimestamps);
            if (exact) {
                core.saveTime(out);
            }
            savePending(core.id(), out);
            saveSenders(queuedCalls.get(core.id()), out);
            saveSenders(takenCalls.get(core.id()), out);
        }
    }

    private void savePending(int core, StateWriter out) {
        int changed = nmiPending[core] ? 1 << WORDS : 0;
        for (int word = 0; word < WORDS; word++) {
            changed |= pending[core * WORDS + word] != 0 ? 1 << word : 0;
        }
        out.number(changed);
        for (int word = 0; word < WORDS; word++) {
            if (pending[core * WORDS + word] != 0) {
                out.word(pending[core * WORDS + word]);
            }
        }
    }

    private void restorePending(int core, StateReader in) {
        int changed = in.number();
        nmiPending[core] = (changed & 1 << WORDS) != 0;
        for (int word = 0; word < WORDS; word++) {
            pending[core * WORDS + word] = (changed & 1 << word) != 0 ? in.word() : 0;
        }
    }

    /** Each gets one answer, whatever the order: sorted, so that equal states look equal. */
    private static void saveSenders(List<Core> senders, StateWriter out) {
        out.number(senders.size());
        if (!senders.isEmpty()) {
            senders.stream().mapToInt(Core::id).sorted().forEach(out::number);
        }
    }

    private void restoreSenders(List<Core> senders, StateReader in) {
        senders.clear();
        for (int rest = in.number(); rest > 0; rest--) {
            senders.add(cores[in.number()]);
        }
    }

    void restore(StateReader in, MachineCode code, boolean withTimestamps, boolean exact) {
        memory.restore(in);
        for (Core core : cores) {
            core.restore(in, code, mode == FetchMode.TWO_READS, withTimestamps);
            if (exact) {
                core.restoreTime(in);
            }
            restorePending(core.id(), in);
            restoreSenders(queuedCalls.get(core.id()), in);
            restoreSenders(takenCalls.get(core.id()), in);
        }
    }
}
