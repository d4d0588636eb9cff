package dev.pokesim.emulator.core;

/** Decides what hardware leaves open, such as which of several stale bytes a fetch sees. Seeded, recorded or enumerated. */
@FunctionalInterface
public interface Chooser {
    /**
     * Picks one of several possibilities.
     *
     * @param count how many, at least 2; possibility 0 is always the present, a higher one is older
     * @return 0 to count - 1
     */
    int choose(int count);
}
