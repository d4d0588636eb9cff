package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a proof came to.
 *
 * @param reductions with which the verdict was found
 * @param extent how much was visited
 * @param counterexample a small one, or one of the full size if only that shows it; null without a violation, or if the search took the
 *     cores in orders that no numbers of theirs agree with
 */
public record ProofResult(
        ProofSetup setup,
        Set<Reduction> reductions,
        Verdict verdict,
        Extent extent,
        @Nullable Counterexample counterexample) {

    /** Whether the protocol is safe. */
    public enum Verdict {
        /** No interleaving breaks it, for these cores, sites and fetch mode: all were visited. */
        SAFE,
        /** An interleaving breaks it. */
        VIOLATED,
        /** Stopped before that was known: by time, memory or the user. Never as good as safe. */
        INCOMPLETE
    }

    static Verdict verdict(Outcome outcome) {
        return switch (outcome) {
            case EXHAUSTED -> Verdict.SAFE;
            case WRONG, ENDLESS -> Verdict.VIOLATED;
            case STOPPED -> Verdict.INCOMPLETE;
        };
    }
}
