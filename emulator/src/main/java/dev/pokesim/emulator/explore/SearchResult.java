package dev.pokesim.emulator.explore;

import java.util.List;

/**
 * What a search found.
 *
 * @param reason the violation, who waits, or which limit was reached; empty if everything was explored and nothing found
 * @param states distinct ones that were stored; 0 for a search that stores none
 * @param transitions that were performed
 * @param depth most transitions from the initial state
 * @param memoryBytes of what was stored
 * @param trace from the initial state to the violation, the deadlock, or the first state that cannot end; empty for the other
 *     verdicts
 */
public record SearchResult(
        Verdict verdict,
        String reason,
        long states,
        long transitions,
        int depth,
        long memoryBytes,
        List<Transition> trace) {
    /** How it ended. */
    public enum Verdict {
        /** Everything that can happen was explored; nothing is wrong. */
        SAFE,
        /** Something wrong can happen. */
        VIOLATED,
        /** Nothing can happen although not every core is done. */
        DEADLOCK,
        /** Something can always happen, but never that every core is done. */
        LIVELOCK,
        /** A limit was reached; nothing wrong was found up to there. */
        INCOMPLETE
    }

    public SearchResult {
        trace = List.copyOf(trace);
    }
}
