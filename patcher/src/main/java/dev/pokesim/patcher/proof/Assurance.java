package dev.pokesim.patcher.proof;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be said of a safe protocol besides that, found at a small size: whether its waits end, and whether the number of cores
 * matters.
 *
 * @param livelock how cores can keep the patcher from its end forever although each gets its turn; null if they cannot
 * @param livenessStates how many states were looked at for that; 0 if there were too many
 * @param livenessCores with how many cores, the patcher's included
 * @param objection why safety at this number of cores says nothing about other numbers; null if it does
 */
public record Assurance(
        @Nullable String livelock,
        int livenessStates,
        int livenessCores,
        @Nullable String objection) {
    private static final int CORES = 3;
    private static final int SITES = 2;

    /** For a protocol that was proved safe. */
    public static Assurance of(ProofSetup setup) {
        ProofSetup small = CounterexampleFinder.shrink(setup, SITES, Math.min(CORES, setup.cores()));
        int[] states = new int[1];
        String livelock = null;
        try {
            for (ProofSetup order : small.hasRival()
                    ? Turns.of(small).stream().map(small::withTurns).toList()
                    : List.of(small)) {
                livelock = livelock == null ? Liveness.livelock(order, states) : livelock;
            }
        } catch (Liveness.TooLarge e) {
            states[0] = 0;
        }
        return new Assurance(livelock, states[0], small.cores(), EveryCoreCount.objection(small));
    }
}
