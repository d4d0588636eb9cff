package dev.pokesim.emulator.coherence;

/**
 * What decides storms and what nobody has published for a large machine: assumptions of a run, not constants of a machine.
 *
 * @param window among how many of the oldest waiting requests the home of a line chooses at random; 1 is first come, first
 *     served
 * @param retryHitProbability chance that a failed compare-and-exchange still finds the line when it tries again, 0 to 1
 */
public record Contention(int window, double retryHitProbability) {
    /** Any waiting request may be next. */
    public static final int UNORDERED = Integer.MAX_VALUE;

    public Contention {
        if (window < 1) {
            throw new IllegalArgumentException("service window " + window + " is not at least 1");
        }
        if (!(retryHitProbability >= 0 && retryHitProbability <= 1)) {
            throw new IllegalArgumentException(
                    "retry-hit probability " + retryHitProbability + " is not between 0 and 1");
        }
    }
}
