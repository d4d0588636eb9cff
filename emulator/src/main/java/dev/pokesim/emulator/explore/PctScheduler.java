package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.SeededRandom;

/**
 * Probabilistic concurrency testing: random priorities, the highest goes; at d - 1 random steps the one that goes falls below all
 * others. It finds each bug that d ordering constraints make with a probability that depends on the numbers of actors and steps
 * only. After {@code steps} steps it picks uniformly, so that whoever waits for somebody with a lower priority gets on.
 *
 * @see "Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding Bugs,
 *     ASPLOS 2010"
 */
public final class PctScheduler implements Scheduler {
    private final int depth;
    private final int steps;
    private final Priorities priorities;
    private final UniformScheduler afterwards;
    /** After which step the i-th fall is. */
    private final int[] falls;

    private int step;

    /**
     * @param depth d: 1 for bugs that need no step to be interrupted
     * @param steps about how long a run is; at least 1
     */
    public PctScheduler(int depth, int steps, SeededRandom random) {
        this.depth = depth;
        this.steps = steps;
        priorities = new Priorities(random);
        afterwards = new UniformScheduler(random);
        falls = new int[depth - 1];
        for (int i = 0; i < falls.length; i++) {
            falls[i] = random.nextInt(steps);
        }
    }

    /**
     * How probable it is that a bug of depth d was missed by all of some runs. It speaks about the order of steps: a bug that
     * needs a fetch to see one of several stale values needs that, too.
     *
     * @param actors n
     * @param steps k, the most of a run
     * @param depth d
     * @param runs r
     * @return (1 - 1 / (n k^(d-1)))^r
     */
    public static double missProbability(int actors, int steps, int depth, long runs) {
        double hit = 1 / (actors * StrictMath.pow(steps, depth - 1));
        return StrictMath.exp(runs * StrictMath.log1p(-hit));
    }

    @Override
    public String name() {
        return "pct-" + depth;
    }

    @Override
    public int pick(Candidates candidates) {
        if (step >= steps) {
            return afterwards.pick(candidates);
        }
        int picked = priorities.highest(candidates.count(), candidates::actor);
        for (int i = 0; i < falls.length; i++) {
            if (falls[i] == step) {
                priorities.set(candidates.actor(picked), -1 - i);
                picked = priorities.highest(candidates.count(), candidates::actor);
            }
        }
        step++;
        return picked;
    }
}
