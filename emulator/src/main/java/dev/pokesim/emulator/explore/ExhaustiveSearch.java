package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.state.StateWriter;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Explores every state that a model can reach, breadth first: what it finds wrong is reached by the fewest transitions. Exact:
 * states are the same only if every byte is.
 */
public final class ExhaustiveSearch {
    private final Model.Source source;
    private final SearchLimits limits;
    private final boolean merges;
    private BreadthFirstSearch.Progress progress = extent -> true;
    private Consumer<Model> atEnd = model -> {};
    private int workers = 1;
    private int preemptionBound = -1;
    private boolean asksForEnds;
    private String stopReason = "";

    /** What is wrong with a state, or with what one of its transitions leads to. */
    private record Wrong(
            SearchResult.Verdict verdict,
            String reason,
            @Nullable Transition last) {}

    public ExhaustiveSearch(Model.Source source, SearchLimits limits) {
        this(source, limits, true);
    }

    private ExhaustiveSearch(Model.Source source, SearchLimits limits, boolean merges) {
        this.source = source;
        this.limits = limits;
        this.merges = merges;
    }

    /** One that stops between any two micro-ops, also where nobody can notice: many more states, the same verdict. */
    public static ExhaustiveSearch ofEveryMicroOp(Model.Source source, SearchLimits limits) {
        return new ExhaustiveSearch(source, limits, false);
    }

    /** Sets who is told how far it is, and may end it: the way to limit its time. */
    public ExhaustiveSearch with(BreadthFirstSearch.Progress newProgress) {
        progress = newProgress;
        return this;
    }

    /**
     * Leaves out every run in which a step of another core holds up a core that could go on more often than that. Interrupts, NMIs and
     * drains are not counted. What is found is real; what is not found may need more.
     *
     * @param most 0 or more; there is no bound unless set
     */
    public ExhaustiveSearch preemptions(int most) {
        preemptionBound = most;
        return this;
    }

    /**
     * Asks as well whether from every state one can be reached in which every core is done: whether no livelock is possible. It is not
     * asked under a bound of preemptions, which ends runs by itself.
     */
    public ExhaustiveSearch askingForEnds() {
        asksForEnds = true;
        return this;
    }

    /** Sets how many threads work on it, each with a model of its own; 1 unless set. The result is the same. */
    public ExhaustiveSearch workers(int count) {
        workers = count;
        return this;
    }

    /**
     * Sets who is told about each state in which every core is done; the model is in that state then. One call at a time; in which
     * order depends on the workers.
     */
    public ExhaustiveSearch atEnd(Consumer<Model> receiver) {
        atEnd = receiver;
        return this;
    }

    /** Searches. */
    public SearchResult run() {
        Exploration first = new Exploration(source, merges, preemptionBound);
        first.restart();
        String atStart = first.violation();
        if (atStart != null) {
            return new SearchResult(SearchResult.Verdict.VIOLATED, atStart, 1, 0, 0, 0, List.of());
        }
        first.save();
        BreadthFirstSearch search = new BreadthFirstSearch(
                () -> {
                    Exploration exploration = new Exploration(source, merges, preemptionBound);
                    return (state, sizeBytes, successors) -> expand(exploration, state, sizeBytes, successors);
                },
                workers,
                limits.memoryBytes(),
                this::mayGoOn);
        if (asksForEnds && preemptionBound < 0) {
            search.askingForEnds();
        }
        BreadthFirstSearch.Result result = search.run(first.writer().toArray());
        return switch (result.outcome()) {
            case EXHAUSTED -> result(SearchResult.Verdict.SAFE, "", result, List.of());
            case STOPPED -> result(SearchResult.Verdict.INCOMPLETE, reason(result), result, List.of());
            case WRONG -> wrong(first, result);
            case ENDLESS -> endless(first, result);
        };
    }

    private boolean mayGoOn(BreadthFirstSearch.Extent extent) {
        if (extent.states() > limits.states()) {
            stopReason = "limit of " + limits.states() + " states reached";
        } else if (extent.depth() >= limits.depth() && extent.frontier() > 0) {
            stopReason = "depth limit of " + limits.depth() + " reached";
        } else if (!progress.reached(extent)) {
            stopReason = "stopped";
        }
        return stopReason.isEmpty();
    }

    private String reason(BreadthFirstSearch.Result result) {
        return stopReason.isEmpty()
                ? "memory limit of " + limits.memoryBytes() + " bytes reached after "
                        + result.extent().states() + " states"
                : stopReason;
    }

    private void expand(Exploration exploration, byte[] state, int sizeBytes, Successors successors) {
        exploration.restore(state, 0);
        int count = exploration.findEnabled();
        if (count == 0) {
            String wrong = exploration.violationAtEnd();
            if (wrong != null) {
                successors.wrong(new Wrong(
                        exploration.isOver() ? SearchResult.Verdict.VIOLATED : SearchResult.Verdict.DEADLOCK,
                        wrong,
                        null));
                return;
            }
            successors.end();
            synchronized (this) {
                atEnd.accept(exploration.model());
            }
            return;
        }
        Choices choices = exploration.choices();
        boolean isRestored = true;
        for (int i = 0; i < count; i++) {
            int code = exploration.enabledCode(i);
            choices.enumerate();
            choices.first();
            do {
                if (!isRestored) {
                    exploration.restore(state, 0);
                }
                isRestored = false;
                exploration.perform(code);
                String violation = exploration.violation();
                if (violation != null) {
                    List<Integer> seen = choices.list();
                    exploration.restore(state, 0);
                    successors.wrong(new Wrong(
                            SearchResult.Verdict.VIOLATED,
                            violation,
                            Exploration.transition(code, seen, exploration.describe(code))));
                    return;
                }
                exploration.save();
                StateWriter writer = exploration.writer();
                successors.add(writer.bytes(), writer.sizeBytes());
            } while (choices.next());
        }
    }

    private SearchResult wrong(Exploration exploration, BreadthFirstSearch.Result result) {
        Wrong wrong = (Wrong) Objects.requireNonNull(result.wrong());
        List<Transition> trace = exploration.between(result.path());
        if (wrong.last != null) {
            trace.add(wrong.last);
        }
        return result(wrong.verdict, wrong.reason, result, trace);
    }

    private static SearchResult endless(Exploration exploration, BreadthFirstSearch.Result result) {
        List<byte[]> path = result.path();
        String reason = new Livelock(exploration).describe(path.get(path.size() - 1));
        return result(SearchResult.Verdict.LIVELOCK, reason, result, exploration.between(path));
    }

    private static SearchResult result(
            SearchResult.Verdict verdict, String reason, BreadthFirstSearch.Result result, List<Transition> trace) {
        BreadthFirstSearch.Extent extent = result.extent();
        return new SearchResult(
                verdict,
                reason,
                extent.states(),
                extent.transitions(),
                Math.max(extent.depth(), trace.size()),
                extent.memoryBytes(),
                trace);
    }
}
