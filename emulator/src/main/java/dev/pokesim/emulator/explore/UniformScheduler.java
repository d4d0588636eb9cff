package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.SeededRandom;

/** Each candidate with the same probability: fair, but with many actors any one of them goes slowly. */
public final class UniformScheduler implements Scheduler {
    private final SeededRandom random;

    public UniformScheduler(SeededRandom random) {
        this.random = random;
    }

    @Override
    public String name() {
        return "uniform";
    }

    @Override
    public int pick(Candidates candidates) {
        return random.nextInt(candidates.count());
    }
}
