package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.StopMachine;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPokeArray;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.proof.ProtocolProgram.Kind;
import dev.pokesim.patcher.protocol.CoreSet;
import dev.pokesim.patcher.protocol.PatchAction;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * What ties a proof to the machine: every step of a run is one that the proof allows. A proof is about a {@link ProtocolProgram} and
 * {@link CoreRecord}s; here a run of the real handler and the real patcher is followed by the same ones, in constant time an
 * event, and the first event that is no step of theirs is a violation. It is about the relation, not about verdicts: a wrong
 * protocol may do its wrong steps, and other oracles see what comes of it.
 *
 * <table>
 * <caption>What is which step</caption>
 * <tr><th>the machine</th><th>the proof</th></tr>
 * <tr><td>first store into array or count after a batch; the entries are compared when the batch starts</td>
 *     <td>FILL</td></tr>
 * <tr><td>a store of the patcher into a reference count</td><td>PUBLISH, for that core</td></tr>
 * <tr><td>memory takes a store through the temporary mapping of text</td><td>WRITE: that site, that byte, that value</td></tr>
 * <tr><td>the first IPI of a round; the others must follow</td><td>SEND: each core that it reaches owes an answer</td></tr>
 * <tr><td>nothing: the patcher's next step shows that it went on</td>
 *     <td>AWAIT: no core owes one; AWAIT_ONE, RETIRE_EACH: no handler holds a reference</td></tr>
 * <tr><td>the patcher's locked decrement of a count</td><td>RETIRE, for that core</td></tr>
 * <tr><td>the count of entries becomes 0; the batch is done</td><td>EMPTY; FINISH</td></tr>
 * <tr><td>a core serialises in the sync handler; when it answers it must have</td><td>ack: its epoch is the present</td></tr>
 * <tr><td>a core enters the breakpoint handler</td><td>trap: it may fetch INT3 there</td></tr>
 * <tr><td>its locked increment of a count</td><td>take: there was a reference to take</td></tr>
 * <tr><td>its locked decrement</td><td>find and act, which nobody sees, or a search in vain; then drop</td></tr>
 * <tr><td>the handler says whether it claims the INT3</td><td>nothing: the proof must say the same</td></tr>
 * <tr><td>its IRET</td><td>iret: its epoch is the present</td></tr>
 * <tr><td>a fetch at a site</td><td>nothing: the bytes must be possible since the core's epoch</td></tr>
 * <tr><td>a compare-and-exchange that fails; an increment of a count that is 0, if it is taken back</td><td>nothing</td></tr>
 * <tr><td>any other serialisation, interrupt or store</td><td>nothing: the proof keeps the older epoch</td></tr>
 * </table>
 *
 * <p>The proof's epoch of a core may be older than the machine's, never newer; so it may allow more than a core can fetch. The
 * proof has no core that patches and executes sites. Here core 0, whose softirqs run through sites between two pokes, has a
 * record as well; a poke makes it serialise.
 */
public final class RunLink extends Oracle {
    /** What {@link #property} says. */
    public static final String PROPERTY = "every step of the run is one that the proof allows";

    private static final InstructionBytes INT3 = InstructionBytes.of(TextPokeLoc.INT3);

    private static final int PATCHER = ProofStep.PATCHER;
    private static final int NOBODY = -1;

    /* What a core is in the handlers of, the innermost in the lowest bits; a core nests at most 32 deep. */
    private static final int BITS_PER_HANDLER = 2;
    private static final long INNERMOST = 3;
    private static final long OTHER_OR_NONE = 0;
    private static final long SYNC_HANDLER = 1;
    private static final long STOP_HANDLER = 2;
    private static final long INT3_HANDLER = 3;

    private final ProofSetup setup;
    private final ProtocolProgram program;
    private final List<HandlerStep> steps;
    private final Refs refs;
    private final KernelLayout layout;
    private final int cores;
    /** Where the first site begins, and how far from there the last one ends. */
    private final long firstSite;

    private final long sitesSizeBytes;

    // ---- the patcher

    /** Index into the program. */
    private int at;
    /** The machine's moment after each store of the program: others may store into text as well. */
    private final int[] machineMoment;
    /** How many stores each site has had. */
    private final int[] storesOfSite;
    /** The program's moment after each site's newest store. */
    private final int[] newestOfSite;
    /** Cores that the sync in progress reaches and whose IPI has not been sent. */
    private final boolean[] unsent;

    private int unsentCount;
    private int pendingCount;
    /** Cores whose counts are published. */
    private int publishedCount;
    /** The core whose count the patcher gave up last, in this batch. */
    private int retired = NOBODY;

    // ---- the cores, with the patcher's own

    private final long[] record;
    /** What each is in the handlers of: see {@link #INNERMOST}. */
    private final long[] handlers;
    /** Where its INT3 handler trapped, and where the program was when it took its reference. */
    private final int[] site;

    private final int[] takenAt;
    /** Whether it has incremented a count that was 0 and must take that back. */
    private final boolean[] borrows;

    private int heldCount;
    private int borrowedCount;

    // ---- whether a handler may have read 0: steps are numbered

    private long stepCount;
    private final long[] trappedInStep;
    /** Per count, the last step before which it was 0. */
    private final long[] zeroBeforeStep;

    /** The count that a locked update has just changed: its store is told about once more. */
    private long justUpdated;

    private boolean isLost;

    /**
     * @param setup what is proved of such runs; it may have more cores than the run
     * @param layout of a run in which every possible core is online and core 0 patches
     */
    public RunLink(ProofSetup setup, Refs refs, KernelLayout layout) {
        this.setup = setup;
        this.refs = refs;
        this.layout = layout;
        program = new ProtocolProgram(setup);
        steps = setup.protocol().handler().steps();
        cores = layout.possibleCores();
        Comparator<SiteHistory> byAddress = Comparator.comparing(SiteHistory::address, Long::compareUnsigned);
        SiteHistory last = Collections.max(program.sites(), byAddress);
        firstSite = Collections.min(program.sites(), byAddress).address();
        sitesSizeBytes = last.address() + last.sizeBytes() - firstSite;
        machineMoment = new int[program.storeCount() + 1];
        storesOfSite = new int[program.sites().size()];
        newestOfSite = new int[program.sites().size()];
        unsent = new boolean[cores];
        record = new long[cores];
        Arrays.fill(record, CoreRecord.initial(false, false));
        handlers = new long[cores];
        site = new int[cores];
        takenAt = new int[cores];
        borrows = new boolean[cores];
        trappedInStep = new long[cores];
        zeroBeforeStep = new long[cores];
    }

    @Override
    public String property() {
        return PROPERTY;
    }

    @Override
    public boolean wantsMemory() {
        return true;
    }

    /** Run and proof have parted: nothing that follows means anything. */
    private void lost(Core core, String what) {
        if (!isLost) {
            isLost = true;
            violated(core, "core " + core.id() + " " + what);
        }
    }

    private int first(IntPredicate isSought) {
        return IntStream.range(0, cores).filter(isSought).findFirst().orElse(NOBODY);
    }

    // ---- the patcher

    /**
     * The patcher is about to take a step: it must be the program's next one. Waits before it leave no trace of their own; that
     * the patcher is past them shows only now.
     *
     * @param what it does
     * @return whether it is
     */
    private boolean isNext(Core core, Kind kind, String what) {
        if (core.id() != PATCHER) {
            lost(core, what + ", which in the proof only the patcher does");
        }
        while (!isLost && program.kind(at) != kind && isWaitOver(core, what)) {
            at++;
        }
        if (!isLost && program.kind(at) != kind) {
            lost(core, what + "; the proof's patcher comes to \"" + program.word(at) + "\" next");
        }
        return !isLost;
    }

    /** Whether the program stands at a wait and may go on. */
    private boolean isWaitOver(Core core, String what) {
        return switch (program.kind(at)) {
            case INTERRUPTS -> true; // if a core that has them off took one, the interrupt would be no step
            case SERIALISE -> CoreRecord.epoch(record[PATCHER]) == program.moment(at);
            case SEND, STOP -> first(this::isReached) == NOBODY; // nobody to wait for
            case AWAIT, AWAIT_STOPPED -> {
                if (pendingCount > 0) {
                    int owing = first(id -> CoreRecord.isPending(record[id]));
                    lost(
                            core,
                            what + " before core " + owing
                                    + (unsent[owing] ? " was sent an IPI" : " has serialised and answered"));
                }
                yield !isLost;
            }
            case AWAIT_ONE -> {
                if (heldCount > 0) {
                    holds(core, what, first(id -> CoreRecord.held(record[id]) > 0));
                }
                yield !isLost;
            }
            case RETIRE_EACH -> publishedCount == 0 && isLastRetiredFree(core, what);
            case DROP_EACH -> publishedCount == 0;
            case FILL,
                    PUBLISH_EACH,
                    PUBLISH_ONE,
                    WRITE,
                    RELEASE,
                    RETIRE_ONE,
                    DROP_ONE,
                    EMPTY,
                    FINISH,
                    END,
                    START_GRACE_PERIOD,
                    AWAIT_READERS,
                    SET_LOOKUP -> // the machine has no such steps
                false;
        };
    }

    /** Whether nobody holds a reference in the count that was given up last. */
    private boolean isLastRetiredFree(Core core, String what) {
        if (retired != NOBODY && CoreRecord.held(record[retired]) > 0) {
            holds(core, what, retired);
        }
        retired = NOBODY;
        return !isLost;
    }

    private void holds(Core core, String what, int holder) {
        lost(core, what + " while core " + holder + " holds a reference");
    }

    private boolean isReached(int core) {
        boolean isLeftOut = program.action(at) instanceof PatchAction.SendSync send
                && send.cores() == CoreSet.ALL_BUT_LAST
                && core == cores - 1;
        return core != PATCHER && !isLeftOut;
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        if (address == justUpdated) {
            justUpdated = 0;
        } else if (isLost) {
            return;
        } else if (layout.isPoking(address)) {
            write(core, address - KernelLayout.POKING_OFFSET, sizeBytes);
        } else if (Address.isWithin(address, firstSite, sitesSizeBytes)) {
            write(core, address, sizeBytes);
        } else if (Address.isWithin(address, KernelLayout.ARRAY, KernelLayout.COUNT + 4 - KernelLayout.ARRAY)) {
            changeArray(core, address);
        } else if (refs.isCounter(address, layout)) {
            publish(core, address);
        } else if (address == StopMachine.HOLD && core.memory().read(address, 4) == 0) {
            if (isNext(core, Kind.RELEASE, "releases the stopped cores")) {
                at++;
            }
        }
    }

    private void write(Core core, long address, int sizeBytes) {
        InstructionBytes bytes = new InstructionBytes(core.memory().read(address, sizeBytes), 0, sizeBytes);
        String what = "writes " + bytes + " at " + Address.text(address);
        if (!isNext(core, Kind.WRITE, what)) {
            return;
        }
        PatchAction.WriteText next = (PatchAction.WriteText) program.action(at);
        long place = next.place().address() + next.offset();
        if (address != place || !bytes.equals(next.bytes())) {
            lost(core, what + "; the proof's patcher writes " + next.bytes() + " at " + Address.text(place) + " next");
            return;
        }
        int written = program.siteOfMoment(program.moment(at));
        at++;
        int moment = program.moment(at);
        machineMoment[moment] = core.memory().history().moment();
        storesOfSite[written]++;
        newestOfSite[written] = moment;
        if (next.own() == PatchAction.Own.SEEN) {
            record[PATCHER] = CoreRecord.withEpoch(record[PATCHER], moment); // without serialising
        }
    }

    @Override
    public void poked(Core patcher, long address, int sizeBytes) {
        if (CoreRecord.epoch(record[PATCHER]) < program.ownEpoch(at)) {
            lost(patcher, "has written text at " + Address.text(address) + " and not serialised");
        }
    }

    private void changeArray(Core core, long address) {
        boolean isOldByte = address < KernelLayout.COUNT
                && (address - KernelLayout.ARRAY) % KernelLayout.ENTRY_SIZE_BYTES == KernelLayout.ENTRY_OLD;
        boolean isFilling = at > 0 && program.kind(at - 1) == Kind.FILL; // one atom of the program, many stores
        if (isFilling && core.id() == PATCHER || isOldByte) {
            return; // handlers do not read the old byte
        }
        boolean isEmptied = address == KernelLayout.COUNT && core.memory().read(address, 4) == 0;
        if (isEmptied) {
            if (isNext(core, Kind.EMPTY, "empties the array")) {
                at++;
            }
        } else if (isNext(core, Kind.FILL, "writes " + Address.text(address) + " in the array")) {
            at++;
        }
    }

    @Override
    public void batchStarted(Core patcher, int entries) {
        if (isLost) {
            return;
        }
        int batch = program.array(at);
        List<PatchPlace> places =
                batch == ProtocolProgram.NONE ? List.of() : setup.batches().get(batch);
        for (int i = 0; i < Math.max(entries, places.size()); i++) {
            if (i >= entries || i >= places.size() || !holds(patcher, i, places.get(i))) {
                lost(
                        patcher,
                        "has entry " + i + " of " + entries + " in the array; the proof's patcher has "
                                + (i < places.size() ? places.get(i) : "only " + places.size()));
                return;
            }
        }
    }

    /** Whether an entry is that of a place. As what a handler acts is nothing that a proof knows of. */
    private boolean holds(Core patcher, int index, PatchPlace place) {
        long entry = TextPokeArray.entry(index);
        return layout.stext() + (int) patcher.load(entry + KernelLayout.ENTRY_ADDRESS, 4) == place.address()
                && patcher.load(entry + KernelLayout.ENTRY_LENGTH, 1) == place.sizeBytes();
    }

    @Override
    public void batchFinished(Core patcher) {
        if (!isLost && isNext(patcher, Kind.FINISH, "is done with the batch")) {
            at++;
        }
    }

    /** The patcher is done with everything. */
    public void patcherDone(Core patcher) {
        if (!isLost) {
            isNext(patcher, Kind.END, "is done");
        }
    }

    @Override
    public void sent(Core from, int target, int vector) {
        boolean stops = vector == StopMachine.VECTOR;
        if (vector != SyncCores.VECTOR && !stops || isLost) {
            return;
        }
        if (unsentCount == 0 && isNext(from, stops ? Kind.STOP : Kind.SEND, "sends core " + target + " an IPI")) {
            for (int id = 0; id < cores; id++) {
                if (isReached(id)) {
                    unsent[id] = true;
                    unsentCount++;
                    pendingCount += CoreRecord.isPending(record[id]) ? 0 : 1;
                    record[id] = CoreRecord.withStopping(CoreRecord.withPending(record[id], true), stops);
                }
            }
            at++;
        }
        if (!unsent[target]) {
            lost(from, "sends core " + target + " an IPI that the proof's patcher does not send");
            return;
        }
        unsent[target] = false;
        unsentCount--;
    }

    // ---- reference counts

    private int ownerOf(long counter) {
        return setup.perCoreRefs() ? KernelLayout.coreOf(counter) : PATCHER;
    }

    /** What memory must hold, by what the proof knows. */
    private int value(int owner) {
        return setup.perCoreRefs()
                ? (CoreRecord.isPublished(record[owner]) ? 1 : 0)
                        + CoreRecord.held(record[owner])
                        + (borrows[owner] ? 1 : 0)
                : (program.isPublished(at) ? 1 : 0) + heldCount + borrowedCount;
    }

    private void publish(Core core, long counter) {
        int owner = ownerOf(counter);
        boolean wasZero = value(owner) == 0;
        if (!isNext(
                core,
                setup.perCoreRefs() ? Kind.PUBLISH_EACH : Kind.PUBLISH_ONE,
                "publishes the count at " + Address.text(counter))) {
            return;
        }
        if (CoreRecord.isPublished(record[owner])) {
            lost(core, "publishes the count of core " + owner + " a second time");
            return;
        }
        if (setup.perCoreRefs()) {
            record[owner] = CoreRecord.withPublished(record[owner], true);
            publishedCount++;
        }
        at += !setup.perCoreRefs() || publishedCount == cores ? 1 : 0;
        stepCount++;
        zeroBeforeStep[owner] = wasZero ? stepCount : zeroBeforeStep[owner];
        int now = (int) core.memory().read(counter, 4);
        if (now != value(owner)) {
            lost(core, "publishes a count of " + now + "; the proof's is " + value(owner));
        }
    }

    private void giveUp(Core core, int owner) {
        boolean each = setup.perCoreRefs();
        boolean drops = program.kind(at) == (each ? Kind.DROP_EACH : Kind.DROP_ONE);
        String what = "gives up " + (each ? "the count of core " + owner : "the count");
        Kind retires = each ? Kind.RETIRE_EACH : Kind.RETIRE_ONE;
        if (!drops && !isNext(core, retires, what)) {
            return;
        }
        if (!each) {
            at++;
        } else if (!CoreRecord.isPublished(record[owner])) {
            lost(core, what + ", which is not published");
        } else if (drops || isLastRetiredFree(core, what)) {
            record[owner] = CoreRecord.withPublished(record[owner], false);
            publishedCount--;
            retired = drops ? NOBODY : owner;
        }
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        if (failed || isLost || !refs.isCounter(address, layout)) {
            return;
        }
        justUpdated = address;
        int owner = ownerOf(address);
        int change = (int) core.memory().read(address, 4) - value(owner);
        boolean isOwn = !setup.perCoreRefs() || owner == core.id();
        if (isInnermost(core, INT3_HANDLER) && isOwn && change == 1) {
            take(core, owner);
        } else if (isInnermost(core, INT3_HANDLER) && isOwn && change == -1) {
            drop(core);
        } else if (!isInnermost(core, INT3_HANDLER) && change == -1) {
            giveUp(core, owner);
        } else {
            lost(core, "changes the count at " + Address.text(address) + " from " + value(owner) + " by " + change);
        }
    }

    // ---- handlers

    private boolean isInnermost(Core core, long handler) {
        return (handlers[core.id()] & INNERMOST) == handler;
    }

    @Override
    public void entered(Core core, int vector) {
        int id = core.id();
        boolean isInt3 = vector == GuestFault.Vector.BREAKPOINT.number();
        handlers[id] = handlers[id] << BITS_PER_HANDLER
                | (isInt3
                        ? INT3_HANDLER
                        : vector == SyncCores.VECTOR
                                ? SYNC_HANDLER
                                : vector == StopMachine.VECTOR ? STOP_HANDLER : OTHER_OR_NONE);
        if (isInt3 && !isLost) {
            trap(core, core.rip() - 1);
        }
    }

    private void trap(Core core, long address) {
        int id = core.id();
        site[id] = program.siteAt(address);
        if (CoreRecord.phase(record[id]) != CoreRecord.OUTSIDE) {
            lost(core, "traps at " + Address.text(address) + " inside the INT3 handler");
        } else if (site[id] != ProtocolProgram.NONE && !canFetch(core, site[id], INT3)) {
            lost(core, "traps at " + Address.text(address) + ", where " + possible(core, site[id]));
        }
        record[id] = CoreRecord.withPhase(record[id], 1, 0);
        trappedInStep[id] = ++stepCount;
    }

    /** What the core's handler does next, by the proof. */
    private HandlerStep nextStep(int core) {
        return steps.get(CoreRecord.phase(record[core]) - 1);
    }

    /** Searching the array and acting are steps that nobody else can tell. */
    private void passHidden(int core) {
        while (nextStep(core) == HandlerStep.FIND_ENTRY || nextStep(core) == HandlerStep.ACT) {
            record[core] = CoreRecord.withPhase(record[core], CoreRecord.phase(record[core]) + 1, 0);
        }
    }

    /** The core's handler takes a step, after those before it that are hidden. */
    private boolean step(Core core, HandlerStep step) {
        int id = core.id();
        passHidden(id);
        if (nextStep(id) != step) {
            lost(
                    core,
                    "comes to \"" + step.word() + "\" in the INT3 handler; the proof's handler comes to \""
                            + nextStep(id).word() + "\" next");
            return false;
        }
        record[id] = CoreRecord.withPhase(record[id], CoreRecord.phase(record[id]) + 1, 0);
        return true;
    }

    private void take(Core core, int owner) {
        int id = core.id();
        if (value(owner) == 0) {
            // an increment that finds out afterwards that it came too late; until it is taken back no step can follow
            borrows[id] = true;
            borrowedCount++;
            zeroBeforeStep[owner] = ++stepCount;
            return;
        }
        boolean canTake =
                setup.perCoreRefs() ? CoreRecord.canTake(record[id]) : program.isPublished(at) || heldCount > 0;
        if (!canTake) {
            lost(core, "takes a reference where the proof has none");
        } else if (step(core, HandlerStep.TAKE_REF)) {
            record[id] = CoreRecord.withHeld(record[id], CoreRecord.held(record[id]) + 1);
            heldCount++;
            takenAt[id] = at;
        }
    }

    private void drop(Core core) {
        int id = core.id();
        if (borrows[id]) {
            borrows[id] = false;
            borrowedCount--;
        } else if (step(core, HandlerStep.DROP_REF)) {
            record[id] = CoreRecord.withHeld(record[id], CoreRecord.held(record[id]) - 1);
            heldCount--;
        }
    }

    @Override
    public void handled(Core core, long address, boolean claimed, long resumeAt) {
        if (isLost) {
            return;
        }
        int id = core.id();
        passHidden(id);
        String what = (claimed ? "claims" : "does not claim") + " the INT3 at " + Address.text(address);
        if (nextStep(id) == HandlerStep.RETURN) {
            boolean isFound = site[id] != ProtocolProgram.NONE && program.finds(takenAt[id], site[id]);
            if (claimed != isFound) {
                lost(core, what + "; the proof's handler " + (isFound ? "finds it" : "does not find it"));
            }
        } else if (claimed || nextStep(id) != HandlerStep.TAKE_REF || borrows[id] || !mayHaveReadZero(id)) {
            lost(core, what + " before \"" + nextStep(id).word() + "\"");
        } else {
            int toReturn = steps.indexOf(HandlerStep.RETURN);
            record[id] = CoreRecord.withPhase(record[id], toReturn + 1, 0);
        }
    }

    private boolean mayHaveReadZero(int core) {
        int owner = setup.perCoreRefs() ? core : PATCHER;
        return value(owner) == 0 || zeroBeforeStep[owner] > trappedInStep[core];
    }

    @Override
    public void returned(Core core) {
        int id = core.id();
        boolean isInt3 = isInnermost(core, INT3_HANDLER);
        boolean isStopped = isInnermost(core, STOP_HANDLER);
        handlers[id] >>>= BITS_PER_HANDLER;
        if (isInt3 && !isLost && step(core, HandlerStep.RETURN)) {
            record[id] = CoreRecord.withPhase(record[id], CoreRecord.OUTSIDE, 0);
            serialisedInProof(core);
        } else if (isStopped && !isLost) {
            if (CoreRecord.phase(record[id]) != CoreRecord.STOPPED || program.isHolding(at)) {
                lost(core, "goes on before it was stopped and released");
            }
            record[id] = CoreRecord.withPhase(record[id], CoreRecord.OUTSIDE, 0);
            serialisedInProof(core);
        }
    }

    // ---- what cores have seen

    @Override
    public void serialised(Core core) {
        if (isLost) {
            return;
        }
        if (isInnermost(core, SYNC_HANDLER) && owesAnswer(core)) {
            acknowledge(core);
            if (program.isFlushing(at)) {
                serialisedInProof(core);
            }
        } else if (core.id() == PATCHER && isInnermost(core, OTHER_OR_NONE)) {
            serialisedInProof(core);
        }
    }

    @Override
    public void answered(Core core) {
        if (isLost || !owesAnswer(core)) {
            return;
        }
        if (!isInnermost(core, STOP_HANDLER)) {
            lost(core, "answers a sync and has not serialised");
            return;
        }
        acknowledge(core); // it serialises by its IRET, and fetches nothing before
        record[core.id()] = CoreRecord.withPhase(record[core.id()], CoreRecord.STOPPED, 0);
    }

    /** Whether the core was sent the IPI of the round in progress, or of an earlier one, and the proof has it pending. */
    private boolean owesAnswer(Core core) {
        return CoreRecord.isPending(record[core.id()]) && !unsent[core.id()];
    }

    private void acknowledge(Core core) {
        int id = core.id();
        if (CoreRecord.phase(record[id]) != CoreRecord.OUTSIDE
                || CoreRecord.isStopping(record[id]) != isInnermost(core, STOP_HANDLER)) {
            lost(core, "takes an IPI where the proof's core does not");
        }
        record[id] = CoreRecord.withStopping(CoreRecord.withPending(record[id], false), false);
        pendingCount--;
    }

    /** By the proof, the core's epoch is the present; then the machine's must be. */
    private void serialisedInProof(Core core) {
        record[core.id()] = CoreRecord.withEpoch(record[core.id()], program.moment(at));
        isNoOlder(core);
    }

    private boolean isNoOlder(Core core) {
        int moment = machineMoment[CoreRecord.epoch(record[core.id()])];
        if (core.epoch() < moment) {
            lost(
                    core,
                    "may fetch text from moment " + core.epoch() + " on; in the proof it has serialised past moment "
                            + moment);
        }
        return !isLost;
    }

    private boolean canFetch(Core core, int where, InstructionBytes bytes) {
        return isLost || program.fetches(where).canBeginWith(bytes, since(core, where), storesOfSite[where]);
    }

    /** How many of a site's stores the core has serialised past, by the proof. */
    private int since(Core core, int where) {
        int epoch = CoreRecord.epoch(record[core.id()]);
        return epoch >= newestOfSite[where]
                ? storesOfSite[where]
                : program.sites().get(where).storesBy(epoch);
    }

    private String possible(Core core, int where) {
        return "the proof allows "
                + String.join(
                        " or ",
                        program.fetches(where)
                                .between(since(core, where), storesOfSite[where])
                                .seen());
    }

    @Override
    public void fetchedSite(Core core, Decoded instruction, TextPokeLoc place) {
        if (isLost || core.id() != PATCHER && !isNoOlder(core)) {
            return; // the patching core sees its own stores, serialised or not
        }
        int where = program.siteAt(instruction.address());
        InstructionBytes inSite = instruction.bytes().prefix(place.sizeBytes());
        if (where == ProtocolProgram.NONE || !canFetch(core, where, inSite)) {
            lost(
                    core,
                    "fetches " + instruction.bytes() + " at " + Address.text(instruction.address()) + ", where "
                            + (where == ProtocolProgram.NONE ? "no site begins" : possible(core, where)));
        }
    }

    @Override
    public void failedAtSite(Core core, String reason, TextPokeLoc place) {
        int where = program.siteAt(core.rip());
        boolean isPossible = where != ProtocolProgram.NONE
                && program.fetches(where)
                                .between(since(core, where), storesOfSite[where])
                                .wrong()
                        != null;
        if (!isPossible) {
            lost(
                    core,
                    "fetches what it cannot execute at " + Address.text(core.rip()) + ", and in the proof it cannot");
        }
    }
}
