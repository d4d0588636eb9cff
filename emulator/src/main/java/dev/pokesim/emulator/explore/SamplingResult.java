package dev.pokesim.emulator.explore;

import java.util.List;

/**
 * What a sample of runs found.
 *
 * @param reason of the first run in which something was wrong: the violation, or who waits; empty if there was none
 * @param runs how many there were
 * @param cutOff of them reached the limit of steps: nothing is known about what would have come
 * @param actors how many different ones went
 * @param longestRun in transitions
 * @param rates by scheduler, in the order in which they take turns
 * @param trace of the first run in which something was wrong; else empty
 */
public record SamplingResult(
        String reason, int runs, int cutOff, int actors, int longestRun, List<Rate> rates, List<Transition> trace) {
    /**
     * How often one scheduler found something.
     *
     * @param found runs in which something was wrong
     */
    public record Rate(String scheduler, int runs, int found) {}

    public SamplingResult {
        rates = List.copyOf(rates);
        trace = List.copyOf(trace);
    }

    /** Whether something was wrong in any run. */
    public boolean isViolated() {
        return !reason.isEmpty();
    }
}
