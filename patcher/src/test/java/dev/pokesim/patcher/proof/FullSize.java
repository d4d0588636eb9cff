package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Progress;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Result;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** The search at the size that was asked for, without the look at small sizes that a proof begins with. */
final class FullSize {
    private static final long MEMORY_BYTES = 1L << 30;

    private FullSize() {}

    /** What a search with some reductions comes to; an alarm of the weak return counts only if it is one without, too. */
    static Result search(ProofSetup setup, Set<Reduction> reductions, int workers, Progress progress) {
        ProtocolModel model = new ProtocolModel(new ProtocolProgram(setup), setup, reductions);
        Result result = ProtocolExplorer.search(model, workers, MEMORY_BYTES, progress, new AtomicInteger());
        if (result.outcome() == Outcome.WRONG && reductions.contains(Reduction.WEAK_RETURN)) {
            Set<Reduction> exact = EnumSet.copyOf(reductions);
            exact.remove(Reduction.WEAK_RETURN);
            return search(setup, exact, workers, progress);
        }
        return result;
    }

    static Result search(ProofSetup setup, Set<Reduction> reductions) {
        return search(setup, reductions, 1, extent -> true);
    }
}
