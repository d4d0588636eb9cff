package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.SeededRandom;

/** The schedulers of a sample, one after the other: no single one finds every kind of bug. */
final class Portfolio {
    private static final int MEMBERS = 6;

    private Portfolio() {}

    /**
     * The scheduler of one run.
     *
     * @param run from 0
     * @param steps the longest run so far
     */
    static Scheduler of(int run, int steps, SeededRandom random) {
        return switch (run % MEMBERS) {
            case 0 -> new UniformScheduler(random);
            case 1 -> new PctScheduler(1, steps, random);
            case 2 -> new PctScheduler(2, steps, random);
            case 3 -> new PctScheduler(3, steps, random);
            case 4 -> new PosScheduler(random);
            default -> new StarvingScheduler(steps, random);
        };
    }
}
