package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.explore.BreadthFirstSearch;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Result;
import dev.pokesim.emulator.explore.Expander;
import dev.pokesim.emulator.explore.Successors;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Proves or refutes that a patch protocol is safe: goes through every state that any number of steps of the patcher and the
 * cores can reach, exactly.
 */
public final class ProtocolExplorer {
    private final ProofSetup setup;
    private final Set<Reduction> reductions;
    private final int workers;
    private final long memoryLimitBytes;
    /** The last position of the patcher that any state visited has. */
    private final AtomicInteger furthest = new AtomicInteger();

    private volatile int end = 1;

    /**
     * @param workers threads; the result does not depend on them
     * @param memoryLimitBytes what stored states may take
     */
    public ProtocolExplorer(ProofSetup setup, Set<Reduction> reductions, int workers, long memoryLimitBytes) {
        this.setup = setup;
        this.reductions = Set.copyOf(reductions);
        this.workers = workers;
        this.memoryLimitBytes = memoryLimitBytes;
    }

    /**
     * Goes through all states, those of a small machine first: what goes wrong there goes wrong on a large one, where the other cores
     * just answer. A violation that is found with {@link Reduction#WEAK_RETURN} is looked for again without, and counts
     * only if it is still there.
     */
    public ProofResult prove(BreadthFirstSearch.Progress progress) {
        return setup.hasRival() && setup.turns().isEmpty() ? inEveryOrder(progress) : inOneOrder(progress);
    }

    /** Two patchers: every order in which they may take turns, one after the other; of what goes wrong the shortest. */
    private ProofResult inEveryOrder(BreadthFirstSearch.Progress progress) {
        ProofResult shortest = null;
        BreadthFirstSearch.Extent all = new BreadthFirstSearch.Extent(0, 0, 0, 0, 0);
        ProofResult.Verdict verdict =
                Turns.isComplete(setup) ? ProofResult.Verdict.SAFE : ProofResult.Verdict.INCOMPLETE;
        boolean[] isRefused = new boolean[1];
        BreadthFirstSearch.Progress until = extent -> {
            isRefused[0] |= !progress.reached(extent);
            return !isRefused[0];
        };
        for (List<Integer> turns : Turns.of(setup)) {
            if (isRefused[0]) {
                break;
            }
            ProofResult one =
                    new ProtocolExplorer(setup.withTurns(turns), reductions, workers, memoryLimitBytes).prove(until);
            if (one.verdict() == ProofResult.Verdict.VIOLATED && (shortest == null || length(one) < length(shortest))) {
                shortest = one;
            }
            verdict = one.verdict() == ProofResult.Verdict.INCOMPLETE ? one.verdict() : verdict;
            all = all.and(one.extent());
        }
        return shortest == null
                ? new ProofResult(setup, reductions, verdict, all, null)
                : new ProofResult(
                        setup, shortest.reductions(), shortest.verdict(), shortest.extent(), shortest.counterexample());
    }

    private static int length(ProofResult violated) {
        Counterexample found = violated.counterexample();
        return found == null ? Integer.MAX_VALUE : found.steps().size();
    }

    private ProofResult inOneOrder(BreadthFirstSearch.Progress progress) {
        Counterexample small = CounterexampleFinder.quickly(setup);
        if (small != null) {
            return new ProofResult(setup, Reduction.NONE, ProofResult.Verdict.VIOLATED, small.extent(), small);
        }
        Set<Reduction> used = reductions;
        Result result = search(used, progress);
        if (result.outcome() == Outcome.WRONG && reductions.contains(Reduction.WEAK_RETURN)) {
            // perhaps a false alarm of the weak return: only the exact relation can tell
            used = EnumSet.copyOf(reductions);
            used.remove(Reduction.WEAK_RETURN);
            result = search(used, progress);
        }
        return new ProofResult(
                setup,
                used,
                ProofResult.verdict(result.outcome()),
                result.extent(),
                result.outcome() == Outcome.WRONG ? counterexample(used, result, progress) : null);
    }

    /** The shortest one of a small size that shows one; else the way on which the search came to it. */
    private @Nullable Counterexample counterexample(
            Set<Reduction> used, Result result, BreadthFirstSearch.Progress progress) {
        Counterexample small = CounterexampleFinder.thoroughly(setup, progress);
        return small == null ? ToldApart.of(setup, used, result) : small;
    }

    /**
     * How far the patcher has come in any state visited so far, 0 to 1 of its program. Any thread may ask, while the proof runs; no
     * share of the work: the states are not spread evenly.
     */
    public double patcherPosition() {
        return furthest.get() / (double) end;
    }

    private Result search(Set<Reduction> with, BreadthFirstSearch.Progress progress) {
        ProtocolModel model = new ProtocolModel(new ProtocolProgram(setup), setup, with);
        furthest.set(0);
        end = model.program().size() - 1;
        return search(model, workers, memoryLimitBytes, progress, furthest);
    }

    static Result search(
            ProtocolModel model,
            int workers,
            long memoryLimitBytes,
            BreadthFirstSearch.Progress progress,
            AtomicInteger furthest) {
        return search(model, workers, memoryLimitBytes, progress, furthest, state -> {});
    }

    /** As above, in one thread, and asks whether from every state the patcher can get to its end. */
    static Result searchForEnds(ProtocolModel model, long memoryLimitBytes, BreadthFirstSearch.Progress progress) {
        boolean isAsked = model.isAsked("EveryWaitEnds");
        return search(model, 1, memoryLimitBytes, progress, new AtomicInteger(), state -> {}, isAsked);
    }

    /**
     * As above.
     *
     * @param visited is told each state once; not to be kept. By one worker at a time, if there is only one
     */
    static Result search(
            ProtocolModel model,
            int workers,
            long memoryLimitBytes,
            BreadthFirstSearch.Progress progress,
            AtomicInteger furthest,
            Consumer<ProtocolState> visited) {
        return search(model, workers, memoryLimitBytes, progress, furthest, visited, false);
    }

    private static Result search(
            ProtocolModel model,
            int workers,
            long memoryLimitBytes,
            BreadthFirstSearch.Progress progress,
            AtomicInteger furthest,
            Consumer<ProtocolState> visited,
            boolean asksForEnds) {
        StateCodec codec = new StateCodec(model);
        byte[] initial = new byte[codec.maxSizeBytes()];
        int sizeBytes = codec.write(model.initial(), initial);
        BreadthFirstSearch search = new BreadthFirstSearch(
                () -> new StateExpander(model, codec, furthest, visited), workers, memoryLimitBytes, progress);
        return (asksForEnds ? search.askingForEnds() : search).run(Arrays.copyOf(initial, sizeBytes));
    }

    /** Between the bytes of the search and the states of the model. */
    private static final class StateExpander implements Expander, ProtocolModel.Visitor {
        private final ProtocolModel model;
        private final StateCodec codec;
        private final AtomicInteger furthest;
        private final Consumer<ProtocolState> visited;
        private final ProtocolState state;
        private final ProtocolState next;
        private final byte[] bytes;
        private Successors successors = Successors.NONE;

        StateExpander(ProtocolModel model, StateCodec codec, AtomicInteger furthest, Consumer<ProtocolState> visited) {
            this.model = model;
            this.codec = codec;
            this.furthest = furthest;
            this.visited = visited;
            state = new ProtocolState(model.cores());
            next = new ProtocolState(model.cores());
            bytes = new byte[codec.maxSizeBytes()];
        }

        @Override
        public void expand(byte[] encoded, int sizeBytes, Successors into) {
            codec.read(encoded, sizeBytes, state);
            if (state.at > furthest.get()) {
                furthest.accumulateAndGet(state.at, Math::max);
            }
            visited.accept(state);
            successors = into;
            if (model.isAtEnd(state)) {
                into.end();
            }
            model.expand(state, next, this);
        }

        @Override
        public void moved(ProtocolState after, Move move, int group, int site) {
            successors.add(bytes, codec.write(after, bytes));
        }

        @Override
        public void stayed(Move move, int group, int site) {
            successors.addLoop();
        }

        @Override
        public void violated(Violated what) {
            successors.wrong(what);
        }

        @Override
        public void passedOver() {
            successors.end(); // nobody knows whether one would follow
        }
    }
}
