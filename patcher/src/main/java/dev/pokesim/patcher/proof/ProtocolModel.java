package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.Emulation;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.protocol.CoreSet;
import dev.pokesim.patcher.protocol.Lookup;
import dev.pokesim.patcher.protocol.PatchAction;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The transition relation of a proof: which states follow a state, and what is wrong with it. Cores execute any site at any time,
 * forever; they differ in nothing but their {@link CoreRecord}.
 */
final class ProtocolModel {
    /** Takes the successors of a state. */
    interface Visitor {
        /**
         * One successor.
         *
         * @param next reused after the call
         * @param group of cores in the state before, whose core moves; meaningless for {@link Move#PATCHER}
         * @param site where it traps or enters; meaningless for other moves
         */
        void moved(ProtocolState next, Move move, int group, int site);

        /** A move that leads back to the state itself. */
        void stayed(Move move, int group, int site);

        /** The state must not be reachable. */
        void violated(Violated what);

        /** Something is wrong that is not asked for; what would follow is not gone through. */
        default void passedOver() {}
    }

    private static final Set<HandlerStep> OF_ARRAY = Set.of(
            HandlerStep.TAKE_REF, HandlerStep.FIND_ENTRY, HandlerStep.ACT, HandlerStep.DROP_REF, HandlerStep.RETURN);

    private final ProtocolProgram program;
    private final ProofSetup setup;
    private final TrapHandler handler;
    private final int cores;
    private final boolean symmetric;
    private final boolean prompt;
    private final boolean wholeHandlers;
    private final boolean returnSerialises;
    private final boolean knowsArray;
    private final boolean hasSpecial;
    private final boolean hasRival;
    private final boolean othersIdle;
    private final boolean patcherInterrupted;
    private final boolean hasNmis;
    private final boolean loopsInAnyOrder;
    private final FetchVerdicts verdicts;

    ProtocolModel(ProtocolProgram program, ProofSetup setup, Set<Reduction> reductions) {
        this(program, setup, reductions, reductions.contains(Reduction.SYMMETRY));
    }

    /** One without reductions, but that loops take the cores in any order, as they do where cores are counted. */
    static ProtocolModel inAnyOrder(ProtocolProgram program, ProofSetup setup) {
        return new ProtocolModel(program, setup, Reduction.NONE, true);
    }

    private ProtocolModel(
            ProtocolProgram program, ProofSetup setup, Set<Reduction> reductions, boolean loopsInAnyOrder) {
        this.loopsInAnyOrder = loopsInAnyOrder;
        this.program = program;
        this.setup = setup;
        handler = setup.protocol().handler();
        cores = setup.cores() - 1;
        symmetric = reductions.contains(Reduction.SYMMETRY);
        prompt = reductions.contains(Reduction.PROMPT_SYNC) && everySyncIsAwaited();
        // what the look ahead knows of is the kernel's handler
        wholeHandlers = reductions.contains(Reduction.WHOLE_HANDLERS)
                && !handler.interruptible()
                && !setup.company().contains(Company.NMI)
                && OF_ARRAY.containsAll(handler.steps())
                && handler.response() == TrapHandler.Response.EMULATE_NEW;
        returnSerialises = !reductions.contains(Reduction.WEAK_RETURN);
        knowsArray = handler.steps().contains(HandlerStep.FIND_ENTRY)
                || handler.steps().contains(HandlerStep.FIND_IN_TWO_GENERATIONS);
        patcherInterrupted = setup.company().contains(Company.PATCHER_INTERRUPTED);
        othersIdle = setup.company().contains(Company.OTHERS_IDLE);
        hasNmis = setup.company().contains(Company.NMI);
        hasRival = setup.company().contains(Company.RIVAL_SYNC);
        hasSpecial = hasRival || setup.hasRival() || setup.company().contains(Company.LATE_CORE) || leavesOut();
        verdicts = new FetchVerdicts(program);
        int mostSites = hasNmis ? CoreRecord.MAX_SITES_WITH_NMIS : CoreRecord.MAX_SITES;
        if (program.sites().size() >= mostSites || program.storeCount() >= CoreRecord.MAX_EPOCHS) {
            throw new IllegalArgumentException(program.sites().size() + " places and " + program.storeCount()
                    + " stores: a proof takes fewer than " + mostSites + " and " + CoreRecord.MAX_EPOCHS);
        }
    }

    /** What it is a model of. */
    ProofSetup setup() {
        return setup;
    }

    private boolean everySyncIsAwaited() {
        for (int at = 0; at < program.size(); at++) {
            if (program.kind(at) == ProtocolProgram.Kind.SEND && program.kind(at + 1) != ProtocolProgram.Kind.AWAIT) {
                return false;
            }
        }
        return true;
    }

    private boolean leavesOut() {
        for (int at = 0; at < program.size(); at++) {
            if (program.action(at) instanceof PatchAction.SendSync send && send.cores() == CoreSet.ALL_BUT_LAST) {
                return true;
            }
        }
        return false;
    }

    /** How many cores besides the patcher's. */
    int cores() {
        return cores;
    }

    boolean isSymmetric() {
        return symmetric;
    }

    /** Whether NMIs come. */
    boolean hasNmis() {
        return hasNmis;
    }

    /** Whether one core is unlike the others. */
    boolean hasSpecial() {
        return hasSpecial;
    }

    ProtocolProgram program() {
        return program;
    }

    FetchVerdicts verdicts() {
        return verdicts;
    }

    ProtocolState initial() {
        ProtocolState state = new ProtocolState(cores);
        int ordinary = hasSpecial ? cores - 1 : cores;
        long special = CoreRecord.initial(true, setup.company().contains(Company.LATE_CORE));
        if (symmetric) {
            if (ordinary > 0) {
                state.add(CoreRecord.initial(false, false), ordinary);
            }
            if (hasSpecial) {
                state.add(special, 1);
            }
        } else {
            state.groups = cores;
            for (int i = 0; i < cores; i++) {
                state.record[i] = i < ordinary ? CoreRecord.initial(false, false) : special;
                state.count[i] = 1;
            }
        }
        return state;
    }

    /**
     * Everything that follows a state.
     *
     * @param next scratch
     */
    void expand(ProtocolState state, ProtocolState next, Visitor visitor) {
        Violated own = ownInterrupt(state);
        if (own != null && isAsked(own)) {
            visitor.violated(own);
            return;
        }
        boolean canMove = patcher(state, next, visitor);
        boolean allDone = true;
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            int phase = CoreRecord.phase(record);
            allDone &= phase == CoreRecord.OUTSIDE && !CoreRecord.isPending(record);
            if (CoreRecord.isOffline(record)) {
                canMove |= come(state, next, visitor, group);
                continue;
            }
            boolean canTakeOrEndNmi = hasNmis && nmi(state, next, visitor, group);
            canMove |= canTakeOrEndNmi && CoreRecord.isInNmi(record); // one that could come helps nobody who waits
            if (CoreRecord.isStopped(record) && !CoreRecord.isInNmi(record)) {
                canMove |= stopped(state, next, visitor, group);
            } else if (phase == CoreRecord.OUTSIDE) {
                canMove |= outside(state, next, visitor, group);
            } else if (CoreRecord.isInHandler(record)) {
                canMove |= handler(state, next, visitor, group);
            } else if (phase == CoreRecord.SPINNING) {
                canMove |= spinning(state, next, visitor, group);
            } else if (phase == CoreRecord.INSIDE) {
                canMove |= again(state, next, visitor, group);
            } else {
                canMove |= inside(state, next, visitor, group);
            }
        }
        if (!canMove && !(allDone && isAtEnd(state))) {
            report(
                    visitor,
                    new Violated(
                            "EveryWaitEnds",
                            Violated.NOBODY,
                            Violated.NOBODY,
                            "deadlock: the patcher waits at " + program.word(state.at)
                                    + ", and no core can do anything about it"));
        }
    }

    /** Whether the patcher is done with everything. */
    boolean isAtEnd(ProtocolState state) {
        return program.kind(state.at) == ProtocolProgram.Kind.END;
    }

    /** Whether an oracle is asked. */
    boolean isAsked(String oracle) {
        return !setup.without().contains(oracle);
    }

    private boolean isAsked(Violated violated) {
        return isAsked(violated.oracle());
    }

    private void report(Visitor visitor, Violated violated) {
        if (isAsked(violated)) {
            visitor.violated(violated);
        } else {
            visitor.passedOver();
        }
    }

    /** The core whose patcher takes the next step. */
    int patcherIn(ProtocolState state) {
        return program.isRivals(state.at) ? cores : ProofStep.PATCHER;
    }

    /** A move as a step; only where cores are told apart. */
    ProofStep step(ProtocolState before, ProtocolState after, Move move, int group, int site) {
        int core = group + 1;
        int at = before.at;
        int patcher = patcherIn(before);
        return switch (move) {
            case PATCHER -> new ProofStep(patcher, program.isLoop(at) ? program.word(at) + ".done" : program.word(at));
            case PATCHER_FOR_CORE -> new ProofStep(patcher, program.word(at) + " C" + core);
            case ACK -> new ProofStep(core, CoreRecord.isStopping(before.record[group]) ? "stop" : "ack");
            case RESUME -> new ProofStep(core, "resume");
            case TRAP -> new ProofStep(core, "trap " + site);
            case TRAP_AND_RETURN -> new ProofStep(core, "trap " + site + " and return");
            case HANDLER ->
                new ProofStep(
                        core,
                        handler.steps()
                                .get(CoreRecord.phase(before.record[group]) - 1)
                                .word());
            case ENTER ->
                new ProofStep(
                        core, "enter " + site + " +" + (CoreRecord.phase(after.record[group]) - CoreRecord.INSIDE));
            case LEAVE -> new ProofStep(core, "leave " + site);
            case ONLINE -> new ProofStep(core, "online");
            case NMI -> new ProofStep(core, "nmi");
            case NMI_RETURN -> new ProofStep(core, "nmi.iret");
            case SPIN -> new ProofStep(core, "spin");
        };
    }

    // ---- cores

    /** One core of a group becomes like {@code after}. */
    private boolean go(
            ProtocolState state, ProtocolState next, Visitor visitor, Move move, int group, int site, long after) {
        if (after == state.record[group]) {
            visitor.stayed(move, group, site);
            return false;
        }
        next.set(state);
        next.move(group, after, symmetric);
        visitor.moved(next, move, group, site);
        return true;
    }

    private long serialised(ProtocolState state, long record) {
        return CoreRecord.withEpoch(record, program.moment(state.at));
    }

    private boolean outside(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long record = state.record[group];
        if (othersIdle && !CoreRecord.isInNmi(record)) {
            return acknowledge(state, next, visitor, group);
        }
        FetchVerdicts.Verdict verdict = verdicts.between(CoreRecord.epoch(record), program.moment(state.at));
        if (verdict.wrong() != null) {
            report(visitor, new Violated("NoTornInstruction", group, verdict.wrongSite(), verdict.wrong()));
            return true;
        }
        boolean canMove = acknowledge(state, next, visitor, group);
        if (canMove && prompt) {
            return true;
        }
        if (hasRival && CoreRecord.isSpecial(record) && !CoreRecord.isInNmi(record)) {
            canMove |= go(
                    state,
                    next,
                    visitor,
                    Move.SPIN,
                    group,
                    Violated.NOBODY,
                    CoreRecord.withPhase(record, CoreRecord.SPINNING, 0));
        }
        boolean whole = wholeHandlers && program.isUndisturbed(state.at, CoreRecord.isPending(record));
        for (int site : verdict.int3Sites()) {
            canMove |= whole
                    ? trapAndReturn(state, next, visitor, group, site)
                    : go(state, next, visitor, Move.TRAP, group, site, CoreRecord.withPhase(record, 1, site));
        }
        for (int i = 0; i < verdict.rests().length; i += 2) {
            int site = verdict.rests()[i];
            int phase = CoreRecord.INSIDE + verdict.rests()[i + 1];
            canMove |= go(state, next, visitor, Move.ENTER, group, site, CoreRecord.withPhase(record, phase, site));
        }
        return canMove;
    }

    private boolean trapAndReturn(ProtocolState state, ProtocolState next, Visitor visitor, int group, int site) {
        String reason = unclaimed(state, group, site);
        if (reason != null) {
            report(visitor, new Violated("EveryInt3IsClaimed", group, site, reason));
            return false;
        }
        long after = state.record[group];
        int held = CoreRecord.held(after);
        boolean isMine = program.finds(state.at, site) && isAvailable(state, group);
        if (isMine) {
            for (HandlerStep step : handler.steps()) {
                held += step == HandlerStep.TAKE_REF ? 1 : step == HandlerStep.DROP_REF ? -1 : 0;
            }
        }
        after = CoreRecord.withHeld(after, held);
        after = returnSerialises ? serialised(state, after) : after;
        go(state, next, visitor, Move.TRAP_AND_RETURN, group, site, after);
        return true; // also if it comes back to the same state: step by step it would have moved
    }

    /** An NMI arrives, or the handler of the one that is there ends. */
    private boolean nmi(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long record = state.record[group];
        if (!CoreRecord.isInNmi(record)) {
            return go(state, next, visitor, Move.NMI, group, Violated.NOBODY, CoreRecord.withNmi(record));
        }
        if (CoreRecord.phase(record) != CoreRecord.OUTSIDE) {
            return false;
        }
        long after = CoreRecord.withoutNmi(record);
        after = returnSerialises ? serialised(state, after) : after;
        return go(state, next, visitor, Move.NMI_RETURN, group, Violated.NOBODY, after);
    }

    /** Takes the IPI that is pending, if one is and the core is in no NMI. */
    private boolean acknowledge(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long record = state.record[group];
        if (!CoreRecord.isPending(record) || CoreRecord.isInNmi(record)) {
            return false;
        }
        long after = CoreRecord.withPending(record, false);
        if (CoreRecord.phase(record) == CoreRecord.OUTSIDE && CoreRecord.isStopping(record)) {
            after = CoreRecord.withStopping(CoreRecord.withPhase(after, CoreRecord.STOPPED, 0), false);
        }
        after = program.isFlushing(state.at) ? serialised(state, after) : after;
        return go(state, next, visitor, Move.ACK, group, Violated.NOBODY, after);
    }

    private boolean stopped(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        if (program.isHolding(state.at)) {
            return false;
        }
        long record = state.record[group];
        boolean wasOutside = CoreRecord.phase(record) == CoreRecord.STOPPED;
        long after = serialised(
                state,
                wasOutside
                        ? CoreRecord.withPhase(record, CoreRecord.OUTSIDE, 0)
                        : CoreRecord.withStopping(record, false));
        return go(state, next, visitor, Move.RESUME, group, Violated.NOBODY, after);
    }

    private boolean come(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long after = serialised(state, CoreRecord.online(state.record[group]));
        return go(state, next, visitor, Move.ONLINE, group, Violated.NOBODY, after);
    }

    /** A rival spins with its interrupts off, until the patching core takes its IPI. */
    private boolean spinning(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        return program.isInterruptible(state.at)
                && go(state, next, visitor, Move.RESUME, group, Violated.NOBODY, CoreRecord.left(state.record[group]));
    }

    /** Its handler has sent a core back to the place where it trapped: it executes what it fetches there, nothing else. */
    private boolean again(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long record = state.record[group];
        int site = CoreRecord.site(record);
        boolean canMove = acknowledge(state, next, visitor, group);
        long trapped = CoreRecord.withPhase(record, 1, site);
        if (program.isForeign(site)) {
            return go(state, next, visitor, Move.TRAP, group, site, trapped) || canMove;
        }
        SiteFetches.Outcome outcome = verdicts.at(site, 0, CoreRecord.epoch(record), program.moment(state.at));
        if (outcome.wrong() != null) {
            report(
                    visitor,
                    new Violated(
                            "NoTornInstruction",
                            group,
                            site,
                            "goes back and may execute " + outcome.wrong() + " at " + program.siteText(site)
                                    + ": neither a text of the site nor INT3"));
            return true;
        }
        if (outcome.int3()) {
            canMove |= go(state, next, visitor, Move.TRAP, group, site, trapped);
        }
        boolean mayLeave = outcome.seen().size() > (outcome.int3() ? 1 : 0);
        return mayLeave ? goOn(state, next, visitor, group, outcome) | canMove : canMove;
    }

    private boolean inside(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long record = state.record[group];
        int site = CoreRecord.site(record);
        int offset = CoreRecord.phase(record) - CoreRecord.INSIDE;
        SiteFetches.Outcome outcome = verdicts.at(site, offset, CoreRecord.epoch(record), program.moment(state.at));
        if (outcome.wrong() != null) {
            report(
                    visitor,
                    new Violated(
                            "NoEntryInsideSite",
                            group,
                            site,
                            "rests at byte " + offset + " of " + program.siteText(site) + " and may execute "
                                    + outcome.wrong() + " there: no instruction of any of its texts"));
            return true;
        }
        boolean canMove = acknowledge(state, next, visitor, group);
        return goOn(state, next, visitor, group, outcome) | canMove;
    }

    /** Executes an instruction of a place and rests behind it, or leaves. */
    private boolean goOn(
            ProtocolState state, ProtocolState next, Visitor visitor, int group, SiteFetches.Outcome outcome) {
        long record = state.record[group];
        int site = CoreRecord.site(record);
        boolean canMove = false;
        for (int to : outcome.goesOnAt()) {
            canMove |= go(
                    state,
                    next,
                    visitor,
                    Move.ENTER,
                    group,
                    site,
                    CoreRecord.withPhase(record, CoreRecord.INSIDE + to, site));
        }
        return canMove | go(state, next, visitor, Move.LEAVE, group, site, CoreRecord.left(record));
    }

    // ---- handlers

    private boolean handler(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long record = state.record[group];
        int phase = CoreRecord.phase(record);
        int site = CoreRecord.site(record);
        int at = state.at;
        boolean canMove = handler.interruptible() && acknowledge(state, next, visitor, group);
        HandlerStep step = handler.steps().get(phase - 1);
        long after = CoreRecord.withPhase(record, phase + 1, site);
        switch (step) {
            case ASK_REGISTERED -> {
                if (!program.isUsable(at, Lookup.HANDLER)) {
                    return notMine(state, next, visitor, group, site, "nobody is registered for it") || canMove;
                }
            }
            case LOAD_COUNT -> {
                if (!program.isUsable(at, Lookup.COUNT)) {
                    return notMine(state, next, visitor, group, site, "the count is 0") || canMove;
                }
            }
            case LOAD_VECTOR -> {
                if (!program.isUsable(at, Lookup.VECTOR)) {
                    report(
                            visitor,
                            new Violated(
                                    "NoBug",
                                    group,
                                    site,
                                    "saw a count, and then finds NULL where the array should be: it dies"));
                    return true;
                }
            }
            case LOAD_DESCRIPTOR -> {
                if (!program.isUsable(at, Lookup.DESCRIPTOR)) {
                    return notMine(state, next, visitor, group, site, "there is no descriptor") || canMove;
                }
            }
            case TAKE_REF -> {
                if (!isAvailable(state, group)) {
                    boolean isOnStack = handler.steps().contains(HandlerStep.LOAD_DESCRIPTOR);
                    if (isOnStack && program.array(at) == ProtocolProgram.NONE) {
                        report(
                                visitor,
                                new Violated(
                                        "ArrayStableWhileReferenced",
                                        group,
                                        site,
                                        "takes its reference in memory that was the descriptor and is somebody else's by now"));
                        return true;
                    }
                    return notMine(state, next, visitor, group, site, noReference(state)) || canMove;
                }
                after = CoreRecord.withHeld(after, CoreRecord.held(record) + 1);
            }
            case FIND_ENTRY -> {
                if (!program.finds(at, site)) {
                    return notMine(state, next, visitor, group, site, NO_ENTRY) || canMove;
                }
            }
            case FIND_IN_TWO_GENERATIONS -> {
                if (!program.findsInTwoGenerations(at, site)) {
                    return notMine(state, next, visitor, group, site, NO_ENTRY) || canMove;
                }
            }
            case RUN_SITES -> {
                FetchVerdicts.Verdict seen = verdicts.between(CoreRecord.epoch(record), program.moment(at));
                if (seen.int3Sites().length > 0) {
                    report(
                            visitor,
                            new Violated(
                                    "EveryWaitEnds",
                                    group,
                                    seen.int3Sites()[0],
                                    "its INT3 handler runs into the INT3 of "
                                            + program.siteText(seen.int3Sites()[0])
                                            + ", whose handler does the same: recursion until the stack is full"));
                    return true;
                }
            }
            case ACT -> {
                boolean knows = knowsArray || !program.isForeign(site);
                if (!knows) {
                    return notMine(state, next, visitor, group, site, "it is not one of the handler's own") || canMove;
                }
                if (handler.response() == TrapHandler.Response.SPIN && program.hasInt3(at, site)) {
                    return canMove;
                }
                if (isDeclined(site)) {
                    return notMine(state, next, visitor, group, site, "the new text is an INT3 itself") || canMove;
                }
                String wrong = wrongAct(site);
                if (wrong != null) {
                    report(visitor, new Violated("ActsAsEmulated", group, site, wrong));
                    return true;
                }
            }
            case DROP_REF -> after = CoreRecord.withHeld(after, CoreRecord.held(record) - 1);
            case RETURN -> after = returned(state, record);
        }
        return go(state, next, visitor, Move.HANDLER, group, site, after) | canMove;
    }

    private static final String NO_ENTRY = "it is not in the array";

    private long returned(ProtocolState state, long record) {
        boolean isAgain = handler.response() == TrapHandler.Response.REWIND;
        long after = isAgain
                ? CoreRecord.withPhase(record, CoreRecord.INSIDE, CoreRecord.site(record))
                : CoreRecord.left(record);
        return returnSerialises ? serialised(state, after) : after;
    }

    /** The array does not answer for the site: the handler gives its reference back and leaves it to whoever owns the INT3. */
    private boolean notMine(ProtocolState state, ProtocolState next, Visitor visitor, int group, int site, String why) {
        boolean isRetried = handler.response() == TrapHandler.Response.REWIND;
        if (!program.isOwned(site) && !isRetried) {
            report(visitor, new Violated("EveryInt3IsClaimed", group, site, nobodyClaims(state, site, why)));
            return true;
        }
        long record = state.record[group];
        int drop = handler.steps().indexOf(HandlerStep.DROP_REF) + 1;
        int take = handler.steps().indexOf(HandlerStep.TAKE_REF) + 1;
        boolean mustDrop = take > 0 && CoreRecord.phase(record) > take && drop > CoreRecord.phase(record);
        long after = mustDrop ? CoreRecord.withPhase(record, drop, site) : returned(state, record);
        return go(state, next, visitor, Move.HANDLER, group, site, after);
    }

    private boolean isDeclined(int site) {
        return !program.isForeign(site) && program.lastText(site).byteAt(0) == TextPokeLoc.INT3;
    }

    /** What is wrong with what the handler makes of a site; null if it is what one of its texts does. */
    private @Nullable String wrongAct(int site) {
        TrapHandler.Response response = handler.response();
        if (response != TrapHandler.Response.SKIP && response != TrapHandler.Response.JUMP) {
            return null;
        }
        SiteHistory history = program.sites().get(site);
        long end = history.address() + history.sizeBytes();
        long target = response == TrapHandler.Response.JUMP ? handler.target() : end;
        for (InstructionBytes text : history.texts()) {
            boolean goesThere = Emulation.of(text, history.sizeBytes())
                    .filter(one -> one.isJump() && end + one.displacement() == target)
                    .isPresent();
            if (goesThere) {
                return null;
            }
        }
        return (response == TrapHandler.Response.JUMP
                        ? "jumps to " + Address.text(target) + " from "
                        : "goes on behind ")
                + program.siteText(site) + ", which none of its texts does";
    }

    /** Why a handler that starts now would leave the site unclaimed; null if it would not. */
    private @Nullable String unclaimed(ProtocolState state, int group, int site) {
        if (program.isOwned(site)) {
            return null;
        }
        if (!isAvailable(state, group)) {
            return nobodyClaims(state, site, noReference(state));
        }
        return program.finds(state.at, site) ? null : nobodyClaims(state, site, NO_ENTRY);
    }

    private boolean isAvailable(ProtocolState state, int group) {
        if (setup.perCoreRefs()) {
            return CoreRecord.canTake(state.record[group]);
        }
        return program.isPublished(state.at) || held(state) > 0;
    }

    private String noReference(ProtocolState state) {
        return "there is no reference to take, with the patcher before " + program.word(state.at);
    }

    private String nobodyClaims(ProtocolState state, int site, String why) {
        return "traps at " + program.siteText(site) + " and nobody claims the INT3: " + why;
    }

    private static int held(ProtocolState state) {
        int held = 0;
        for (int group = 0; group < state.groups; group++) {
            held += CoreRecord.held(state.record[group]) * state.count[group];
        }
        return held;
    }

    // ---- the patcher

    /** What an interrupt of the patching core would run into, if it ran through the sites; null if nothing is wrong. */
    private @Nullable Violated ownInterrupt(ProtocolState state) {
        int at = state.at;
        if (!hasNmis && !(patcherInterrupted && program.isInterruptible(at))) {
            return null;
        }
        for (int moment = program.moment(at); moment >= program.ownDrained(at); moment--) {
            FetchVerdicts.Verdict early = verdicts.between(Math.min(program.ownEpoch(at), moment), moment);
            if (early.wrong() != null) {
                return new Violated(
                        "NoTornInstruction",
                        Violated.NOBODY,
                        early.wrongSite(),
                        "the patching core, interrupted before " + program.word(at) + ", " + early.wrong()
                                + (moment == program.moment(at) ? "" : ", before its own stores have left its buffer"));
            }
        }
        FetchVerdicts.Verdict verdict = verdicts.between(program.ownEpoch(at), program.moment(at));
        if (!wholeHandlers && !OF_ARRAY.containsAll(handler.steps())) {
            return null; // what other handlers ask for is asked of the other cores
        }
        for (int site : verdict.int3Sites()) {
            boolean isFound = program.isPublished(at) && program.finds(at, site);
            if (!isFound && !program.isOwned(site)) {
                return new Violated(
                        "EveryInt3IsClaimed",
                        Violated.NOBODY,
                        site,
                        "the patching core, interrupted before " + program.word(at) + ", traps at "
                                + program.siteText(site) + " and nobody claims the INT3");
            }
        }
        return null;
    }

    /** Whether the rival is at the next step and its core executes an interrupt. */
    private boolean isRivalInterrupted(ProtocolState state) {
        for (int group = 0; program.isRivals(state.at) && group < state.groups; group++) {
            long record = state.record[group];
            if (CoreRecord.isSpecial(record)) {
                return CoreRecord.phase(record) != CoreRecord.OUTSIDE || CoreRecord.isInNmi(record);
            }
        }
        return false;
    }

    private boolean patcher(ProtocolState state, ProtocolState next, Visitor visitor) {
        int at = state.at;
        if (isRivalInterrupted(state)) {
            return false;
        }
        switch (program.kind(at)) {
            case WRITE, SERIALISE, INTERRUPTS, PUBLISH_ONE, RETIRE_ONE, DROP_ONE, SET_LOOKUP, RELEASE -> {
                return advance(state, next, visitor);
            }
            case FILL -> {
                int entries = program.batch(((PatchAction.FillArray) program.action(at)).batch()).length;
                if (entries > KernelLayout.MAX_ENTRIES) {
                    report(
                            visitor,
                            new Violated(
                                    "NoBug",
                                    Violated.NOBODY,
                                    Violated.NOBODY,
                                    "entry " + KernelLayout.MAX_ENTRIES + " of " + entries
                                            + " lies where the count is: the patcher walks off the array"));
                    return true;
                }
                return isArrayFree(state, visitor) && advance(state, next, visitor);
            }
            case EMPTY -> {
                return isArrayFree(state, visitor) && advance(state, next, visitor);
            }
            case SEND -> {
                CoreSet reached = ((PatchAction.SendSync) program.action(at)).cores();
                return forAll(state, next, visitor, record -> {
                    boolean isReached = !CoreRecord.isOffline(record)
                            && !(reached == CoreSet.ALL_BUT_LAST && CoreRecord.isSpecial(record));
                    return isReached ? reached(state, CoreRecord.withPending(record, true)) : record;
                });
            }
            case STOP -> {
                return forAll(
                        state,
                        next,
                        visitor,
                        record -> CoreRecord.isOffline(record)
                                ? record
                                : reached(state, CoreRecord.withStopping(CoreRecord.withPending(record, true), true)));
            }
            case START_GRACE_PERIOD -> {
                return forAll(state, next, visitor, record -> CoreRecord.withMarked(record, isReading(record)));
            }
            case AWAIT, AWAIT_STOPPED -> {
                for (int group = 0; group < state.groups; group++) {
                    if (CoreRecord.isPending(state.record[group])) {
                        return false;
                    }
                }
                return advance(state, next, visitor);
            }
            case AWAIT_READERS -> {
                for (int group = 0; group < state.groups; group++) {
                    if (CoreRecord.isMarked(state.record[group])) {
                        return false;
                    }
                }
                return advance(state, next, visitor);
            }
            case AWAIT_ONE -> {
                return held(state) == 0 && advance(state, next, visitor);
            }
            case PUBLISH_EACH -> {
                CoreSet set = ((PatchAction.PublishRefs) program.action(at)).cores();
                return each(state, next, visitor, true, set);
            }
            case RETIRE_EACH -> {
                for (int group = 0; group < state.groups; group++) {
                    long record = state.record[group];
                    if (!CoreRecord.isPublished(record) && CoreRecord.held(record) > 0) {
                        return false; // its own reference is given up, a handler's is not
                    }
                }
                return each(state, next, visitor, false, CoreSet.ALL);
            }
            case DROP_EACH -> {
                return each(state, next, visitor, false, CoreSet.ALL);
            }
            case FINISH -> {
                return finish(state, next, visitor);
            }
            case END -> {
                return false;
            }
        }
        throw new IllegalStateException("no such step");
    }

    /** Whether a grace period that begins now waits for the core. */
    private static boolean isReading(long record) {
        return CoreRecord.isInside(record)
                || CoreRecord.isInHandler(record)
                || CoreRecord.isInNmi(record) && isReading(CoreRecord.withoutNmi(record));
    }

    /** A core to which an IPI goes; of the rival's own that one is only that it serialises itself. */
    private long reached(ProtocolState state, long after) {
        boolean isSender = program.isRivals(state.at) && CoreRecord.isSpecial(after);
        return isSender
                ? serialised(state, CoreRecord.withStopping(CoreRecord.withPending(after, false), false))
                : after;
    }

    private boolean finish(ProtocolState state, ProtocolState next, Visitor visitor) {
        int batch = ((PatchAction.Finish) program.action(state.at)).batch();
        int moment = program.moment(state.at);
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            boolean willSerialise = CoreRecord.isOffline(record) || CoreRecord.isStopped(record) && !hasNmis;
            int site = willSerialise || othersIdle && !hasNmis
                    ? Violated.NOBODY
                    : verdicts.unsettled(CoreRecord.epoch(record), moment, batch);
            if (site != Violated.NOBODY) {
                Violated old = new Violated(
                        "NothingOldAfterFinish",
                        group,
                        site,
                        "the batch is done, and it may still fetch "
                                + String.join(
                                        " or ",
                                        verdicts.at(site, 0, CoreRecord.epoch(record), moment)
                                                .seen())
                                + " at " + program.siteText(site));
                if (isAsked(old)) {
                    visitor.violated(old);
                    return true;
                }
            }
        }
        return advance(state, next, visitor);
    }

    /** Whether nobody reads the array; says so if somebody does. */
    private boolean isArrayFree(ProtocolState state, Visitor visitor) {
        String user = program.isPublished(state.at) ? "handlers can take references" : null;
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            if (CoreRecord.held(record) > 0) {
                user = "a handler holds a reference";
            } else if (CoreRecord.isPublished(record)) {
                user = "handlers can take references";
            }
        }
        Violated changed = new Violated(
                "ArrayStableWhileReferenced",
                Violated.NOBODY,
                Violated.NOBODY,
                "the array changes (" + program.word(state.at) + ") while " + user);
        if (user != null && isAsked(changed)) {
            visitor.violated(changed);
            return false;
        }
        return true;
    }

    private boolean advance(ProtocolState state, ProtocolState next, Visitor visitor) {
        next.set(state);
        next.at++;
        visitor.moved(next, Move.PATCHER, Violated.NOBODY, Violated.NOBODY);
        return true;
    }

    /** What a step of the patcher does to every core. */
    private interface Change {
        long of(long record);
    }

    private boolean forAll(ProtocolState state, ProtocolState next, Visitor visitor, Change change) {
        next.set(state);
        next.at++;
        for (int group = 0; group < next.groups; group++) {
            next.record[group] = change.of(next.record[group]);
        }
        if (symmetric) {
            next.normalise();
        }
        visitor.moved(next, Move.PATCHER, Violated.NOBODY, Violated.NOBODY);
        return true;
    }

    /**
     * The loop over all cores that publishes or gives up their references. While nobody can trap, is in a handler or has kept a
     * reference that the loop would wait for, it is one step; else one per core, in the cores' order, or with symmetry in any.
     */
    private boolean each(ProtocolState state, ProtocolState next, Visitor visitor, boolean published, CoreSet set) {
        boolean isObserved = false;
        int left = 0;
        int moment = program.moment(state.at);
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            left += isDue(record, published, set) ? state.count[group] : 0;
            isObserved |= CoreRecord.isInHandler(record)
                    || CoreRecord.held(record) > 0
                    || verdicts.between(CoreRecord.epoch(record), moment).int3Sites().length != 0;
        }
        if (left == 0) {
            return advance(state, next, visitor);
        }
        if (wholeHandlers && !isObserved) {
            return forAll(
                    state,
                    next,
                    visitor,
                    record -> isDue(record, published, set) ? CoreRecord.withPublished(record, published) : record);
        }
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            if (isDue(record, published, set)) {
                next.set(state);
                next.move(group, CoreRecord.withPublished(record, published), symmetric);
                visitor.moved(next, Move.PATCHER_FOR_CORE, group, Violated.NOBODY);
                if (!loopsInAnyOrder) {
                    break;
                }
            }
        }
        return true;
    }

    private static boolean isDue(long record, boolean published, CoreSet set) {
        return CoreRecord.isPublished(record) != published
                && !(set == CoreSet.ONLINE && CoreRecord.isOffline(record))
                && !(set == CoreSet.ALL_BUT_LAST && CoreRecord.isSpecial(record));
    }
}
