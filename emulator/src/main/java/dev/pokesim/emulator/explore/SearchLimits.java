package dev.pokesim.emulator.explore;

/**
 * When a search gives up. The first two are looked at after every 32 thousand expanded states and after every depth.
 *
 * @param states how many distinct states it stores
 * @param memoryBytes how much memory it uses for them
 * @param depth how many transitions it goes from the initial state
 */
public record SearchLimits(long states, long memoryBytes, int depth) {
    /** No limit but 1 GiB of memory. */
    public static final SearchLimits ONE_GIB = new SearchLimits(Long.MAX_VALUE, 1L << 30, Integer.MAX_VALUE);
}
