package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.SeededRandom;

/**
 * Uniform, but one random actor waits for a random number of steps unless it is the only one that can go: a core that a hypervisor
 * took away, a store that stays in its buffer for long.
 */
public final class StarvingScheduler implements Scheduler {
    private final SeededRandom random;
    /** The actor with the lowest one starves. */
    private final Priorities priorities;

    private final int until;
    private int step;
    private int victim = -1;

    /**
     * @param steps about how long a run is; at least 1
     */
    public StarvingScheduler(int steps, SeededRandom random) {
        this.random = random;
        priorities = new Priorities(random);
        until = random.nextInt(steps);
    }

    @Override
    public String name() {
        return "starve";
    }

    @Override
    public int pick(Candidates candidates) {
        int others = 0;
        for (int i = 0; i < candidates.count(); i++) {
            int actor = candidates.actor(i);
            if (victim < 0 || priorities.of(actor) < priorities.of(victim)) {
                victim = actor;
            }
        }
        for (int i = 0; i < candidates.count(); i++) {
            others += candidates.actor(i) == victim ? 0 : 1;
        }
        if (step++ >= until || others == 0) {
            return random.nextInt(candidates.count());
        }
        int left = random.nextInt(others);
        int picked = 0;
        while (candidates.actor(picked) == victim || left-- > 0) {
            picked++;
        }
        return picked;
    }
}
