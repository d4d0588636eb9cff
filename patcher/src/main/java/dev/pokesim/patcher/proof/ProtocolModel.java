package dev.pokesim.patcher.proof;

import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.protocol.PatchAction;
import dev.pokesim.patcher.protocol.SyncTargets;
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
         * @param site where it traps; meaningless for other moves
         */
        void moved(ProtocolState next, Move move, int group, int site);

        /** A move that leads back to the state itself. */
        void stayed(Move move, int group, int site);

        /** The state must not be reachable. */
        void violated(Violated what);
    }

    private final ProtocolProgram program;
    private final ProofSetup setup;
    private final int cores;
    private final boolean symmetric;
    private final boolean prompt;
    private final boolean wholeHandlers;
    private final boolean returnSerialises;
    private final boolean hasLeftOut;
    private final FetchVerdicts verdicts;

    ProtocolModel(ProtocolProgram program, ProofSetup setup, Set<Reduction> reductions) {
        this.program = program;
        this.setup = setup;
        cores = setup.cores() - 1;
        symmetric = reductions.contains(Reduction.SYMMETRY);
        prompt = reductions.contains(Reduction.PROMPT_SYNC) && everySyncIsAwaited();
        wholeHandlers = reductions.contains(Reduction.WHOLE_HANDLERS);
        returnSerialises = !reductions.contains(Reduction.WEAK_RETURN);
        hasLeftOut = hasSync(SyncTargets.ALL_BUT_LAST);
        verdicts = new FetchVerdicts(program);
    }

    private boolean everySyncIsAwaited() {
        for (int at = 0; at < program.size(); at++) {
            if (program.kind(at) == ProtocolProgram.Kind.SEND && program.kind(at + 1) != ProtocolProgram.Kind.AWAIT) {
                return false;
            }
        }
        return true;
    }

    private boolean hasSync(SyncTargets targets) {
        for (int at = 0; at < program.size(); at++) {
            if (program.action(at) instanceof PatchAction.SendSync send && send.targets() == targets) {
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

    ProtocolProgram program() {
        return program;
    }

    ProtocolState initial() {
        ProtocolState state = new ProtocolState(cores);
        int ordinary = hasLeftOut ? cores - 1 : cores;
        if (symmetric) {
            if (ordinary > 0) {
                state.add(CoreRecord.initial(false), ordinary);
            }
            if (hasLeftOut) {
                state.add(CoreRecord.initial(true), 1);
            }
        } else {
            state.groups = cores;
            for (int i = 0; i < cores; i++) {
                state.record[i] = CoreRecord.initial(i == ordinary);
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
        boolean canMove = patcher(state, next, visitor);
        int moment = program.moment(state.at);
        boolean allDone = true;
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            boolean isOutside = CoreRecord.phase(record) == 0;
            allDone &= isOutside && !CoreRecord.isPending(record);
            if (isOutside) {
                FetchVerdicts.Verdict verdict = verdicts.between(CoreRecord.epoch(record), moment);
                if (verdict.wrong() != null) {
                    visitor.violated(new Violated("NoTornInstruction", group, verdict.wrongSite(), verdict.wrong()));
                    return;
                }
                canMove |= outside(state, next, visitor, group, verdict);
            } else {
                canMove |= handler(state, next, visitor, group);
            }
        }
        if (!canMove && !(allDone && program.kind(state.at) == ProtocolProgram.Kind.END)) {
            visitor.violated(new Violated(
                    "EveryWaitEnds",
                    Violated.NOBODY,
                    Violated.NOBODY,
                    "the patcher waits at " + program.word(state.at) + ", and no core can do anything about it"));
        }
    }

    /** A move as a step; only where cores are told apart. */
    ProofStep step(ProtocolState before, Move move, int group, int site) {
        int core = group + 1;
        return switch (move) {
            case PATCHER ->
                new ProofStep(
                        ProofStep.PATCHER,
                        program.kind(before.at) == ProtocolProgram.Kind.RETIRE_EACH
                                ? "retire.done"
                                : program.word(before.at));
            case PATCHER_FOR_CORE -> new ProofStep(ProofStep.PATCHER, program.word(before.at) + " C" + core);
            case ACK -> new ProofStep(core, "ack");
            case TRAP -> new ProofStep(core, "trap " + site);
            case TRAP_AND_RETURN -> new ProofStep(core, "trap " + site + " and return");
            case HANDLER ->
                new ProofStep(
                        core,
                        setup.handler()
                                .get(CoreRecord.phase(before.record[group]) - 1)
                                .word());
        };
    }

    // ---- cores

    private boolean outside(
            ProtocolState state, ProtocolState next, Visitor visitor, int group, FetchVerdicts.Verdict verdict) {
        long record = state.record[group];
        boolean canMove = false;
        if (CoreRecord.isPending(record)) {
            acknowledge(state, next, visitor, group);
            canMove = true;
            if (prompt) {
                return true;
            }
        }
        boolean whole = wholeHandlers && program.isUndisturbed(state.at, CoreRecord.isPending(record));
        for (int site : verdict.int3Sites()) {
            if (whole) {
                String unclaimed = unclaimed(state, group, site);
                if (unclaimed != null) {
                    visitor.violated(new Violated("EveryInt3IsClaimed", group, site, unclaimed));
                    return canMove;
                }
                long after = returnSerialises ? CoreRecord.withEpoch(record, program.moment(state.at)) : record;
                after = afterHandler(after);
                if (after == record) {
                    visitor.stayed(Move.TRAP_AND_RETURN, group, site);
                } else {
                    next.set(state);
                    next.move(group, after, symmetric);
                    visitor.moved(next, Move.TRAP_AND_RETURN, group, site);
                    canMove = true;
                }
            } else {
                next.set(state);
                next.move(group, CoreRecord.withPhase(record, 1, site), symmetric);
                visitor.moved(next, Move.TRAP, group, site);
                canMove = true;
            }
        }
        return canMove;
    }

    /** What the steps of the whole handler leave behind in the record besides the epoch. */
    private long afterHandler(long record) {
        int held = CoreRecord.held(record);
        for (HandlerStep step : setup.handler()) {
            held += step == HandlerStep.TAKE_REF ? 1 : step == HandlerStep.DROP_REF ? -1 : 0;
        }
        return CoreRecord.withHeld(record, held);
    }

    private void acknowledge(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long record = CoreRecord.withPending(state.record[group], false);
        next.set(state);
        next.move(group, CoreRecord.withEpoch(record, program.moment(state.at)), symmetric);
        visitor.moved(next, Move.ACK, group, Violated.NOBODY);
    }

    private boolean handler(ProtocolState state, ProtocolState next, Visitor visitor, int group) {
        long record = state.record[group];
        int phase = CoreRecord.phase(record);
        int site = CoreRecord.site(record);
        HandlerStep step = setup.handler().get(phase - 1);
        long after = CoreRecord.withPhase(record, phase + 1, site);
        switch (step) {
            case TAKE_REF -> {
                if (!isAvailable(state, group)) {
                    visitor.violated(new Violated("EveryInt3IsClaimed", group, site, noReference(state, site)));
                    return true;
                }
                after = CoreRecord.withHeld(after, CoreRecord.held(record) + 1);
            }
            case FIND_ENTRY -> {
                if (!program.finds(state.at, site)) {
                    visitor.violated(new Violated("EveryInt3IsClaimed", group, site, noEntry(site)));
                    return true;
                }
            }
            case ACT -> {}
            case DROP_REF -> after = CoreRecord.withHeld(after, CoreRecord.held(record) - 1);
            case RETURN -> {
                after = CoreRecord.withPhase(record, 0, 0);
                if (returnSerialises) {
                    after = CoreRecord.withEpoch(after, program.moment(state.at));
                }
            }
        }
        next.set(state);
        next.move(group, after, symmetric);
        visitor.moved(next, Move.HANDLER, group, site);
        return true;
    }

    /** Why a handler that starts now would not claim the site; null if it would. */
    private @Nullable String unclaimed(ProtocolState state, int group, int site) {
        if (!isAvailable(state, group)) {
            return noReference(state, site);
        }
        return program.finds(state.at, site) ? null : noEntry(site);
    }

    private boolean isAvailable(ProtocolState state, int group) {
        if (setup.perCoreRefs()) {
            long record = state.record[group];
            return CoreRecord.isPublished(record) || CoreRecord.held(record) > 0;
        }
        return program.isPublished(state.at) || held(state) > 0;
    }

    private String noReference(ProtocolState state, int site) {
        return "traps at " + program.siteText(site)
                + " and finds no reference to take: nobody claims the INT3 (patcher before " + program.word(state.at)
                + ")";
    }

    private String noEntry(int site) {
        return "traps at " + program.siteText(site) + " and does not find it in the array: nobody claims the INT3";
    }

    private static int held(ProtocolState state) {
        int held = 0;
        for (int group = 0; group < state.groups; group++) {
            held += CoreRecord.held(state.record[group]) * state.count[group];
        }
        return held;
    }

    // ---- the patcher

    private boolean patcher(ProtocolState state, ProtocolState next, Visitor visitor) {
        int at = state.at;
        switch (program.kind(at)) {
            case WRITE, PUBLISH_ONE, RETIRE_ONE -> {
                return advance(state, next, visitor);
            }
            case FILL, EMPTY -> {
                String user = referenceLeft(state);
                if (user != null) {
                    visitor.violated(new Violated(
                            "ArrayStableWhileReferenced",
                            Violated.NOBODY,
                            Violated.NOBODY,
                            "the array changes (" + program.word(at) + ") while " + user));
                    return true;
                }
                return advance(state, next, visitor);
            }
            case SEND -> {
                SyncTargets targets = ((PatchAction.SendSync) program.action(at)).targets();
                next.set(state);
                next.at++;
                for (int group = 0; group < next.groups; group++) {
                    boolean reached = targets == SyncTargets.ALL || !CoreRecord.isLeftOut(next.record[group]);
                    next.record[group] = CoreRecord.withPending(
                            next.record[group], reached || CoreRecord.isPending(next.record[group]));
                }
                if (symmetric) {
                    next.normalise();
                }
                visitor.moved(next, Move.PATCHER, Violated.NOBODY, Violated.NOBODY);
                return true;
            }
            case AWAIT -> {
                for (int group = 0; group < state.groups; group++) {
                    if (CoreRecord.isPending(state.record[group])) {
                        return false;
                    }
                }
                return advance(state, next, visitor);
            }
            case AWAIT_ONE -> {
                return held(state) == 0 && advance(state, next, visitor);
            }
            case PUBLISH_EACH -> {
                return each(state, next, visitor, true);
            }
            case RETIRE_EACH -> {
                for (int group = 0; group < state.groups; group++) {
                    long record = state.record[group];
                    if (!CoreRecord.isPublished(record) && CoreRecord.held(record) > 0) {
                        return false; // its own reference is given up, a handler's is not
                    }
                }
                return each(state, next, visitor, false);
            }
            case FINISH -> {
                int batch = ((PatchAction.Finish) program.action(at)).batch();
                for (int group = 0; group < state.groups; group++) {
                    int epoch = CoreRecord.epoch(state.record[group]);
                    int site = verdicts.unsettled(epoch, program.moment(at), batch);
                    if (site != Violated.NOBODY) {
                        visitor.violated(new Violated(
                                "NothingOldAfterFinish",
                                group,
                                site,
                                "the batch is done, and it may still fetch "
                                        + verdicts.text(epoch, program.moment(at), site) + " at "
                                        + program.siteText(site)));
                        return true;
                    }
                }
                return advance(state, next, visitor);
            }
            case END -> {
                return false;
            }
        }
        throw new IllegalStateException("no such step");
    }

    private @Nullable String referenceLeft(ProtocolState state) {
        for (int group = 0; group < state.groups; group++) {
            if (CoreRecord.held(state.record[group]) > 0) {
                return "a handler holds a reference";
            }
            if (CoreRecord.isPublished(state.record[group])) {
                return "handlers can take references";
            }
        }
        return program.isPublished(state.at) ? "handlers can take references" : null;
    }

    private boolean advance(ProtocolState state, ProtocolState next, Visitor visitor) {
        next.set(state);
        next.at++;
        visitor.moved(next, Move.PATCHER, Violated.NOBODY, Violated.NOBODY);
        return true;
    }

    /**
     * The loop over all cores that publishes or retires their references. While nobody can trap and nobody is in a handler, it is
     * one step; else one per core, in the cores' order, or with symmetry in any.
     */
    private boolean each(ProtocolState state, ProtocolState next, Visitor visitor, boolean published) {
        boolean isObserved = false;
        int left = 0;
        int moment = program.moment(state.at);
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            left += CoreRecord.isPublished(record) != published ? state.count[group] : 0;
            isObserved |= CoreRecord.phase(record) != 0
                    || verdicts.between(CoreRecord.epoch(record), moment).int3Sites().length != 0;
        }
        if (left == 0) {
            return advance(state, next, visitor);
        }
        if (wholeHandlers && !isObserved) {
            next.set(state);
            next.at++;
            for (int group = 0; group < next.groups; group++) {
                next.record[group] = CoreRecord.withPublished(next.record[group], published);
            }
            if (symmetric) {
                next.normalise();
            }
            visitor.moved(next, Move.PATCHER, Violated.NOBODY, Violated.NOBODY);
            return true;
        }
        for (int group = 0; group < state.groups; group++) {
            long record = state.record[group];
            if (CoreRecord.isPublished(record) != published) {
                next.set(state);
                next.move(group, CoreRecord.withPublished(record, published), symmetric);
                next.at += left == 1 && published ? 1 : 0; // retiring ends when the last count is 0, not before
                visitor.moved(next, Move.PATCHER_FOR_CORE, group, Violated.NOBODY);
                if (!symmetric) {
                    break;
                }
            }
        }
        return true;
    }
}
