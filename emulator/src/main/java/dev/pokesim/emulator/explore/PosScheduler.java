package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.SeededRandom;

/**
 * Partial order sampling: each pending event has a random priority, the highest happens, and those that conflict with it get new
 * ones. So orders that make a difference are sampled more evenly than single steps are.
 *
 * @see "Yuan, Yang, Gu: Partial Order Aware Concurrency Sampling, CAV 2018"
 */
public final class PosScheduler implements Scheduler {
    private final Priorities priorities;

    public PosScheduler(SeededRandom random) {
        priorities = new Priorities(random);
    }

    @Override
    public String name() {
        return "pos";
    }

    @Override
    public int pick(Candidates candidates) {
        int picked = priorities.highest(candidates.count(), candidates::event);
        for (int i = 0; i < candidates.count(); i++) {
            if (i == picked || candidates.conflict(picked, i)) {
                priorities.renew(candidates.event(i));
            }
        }
        return picked;
    }
}
