package dev.pokesim.patcher.protocol;

/** Which cores a sync reaches. */
public enum SyncTargets {
    /** Every online core. */
    ALL,
    /** Every online core but the last one: what a stale mask does. */
    ALL_BUT_LAST;

    /**
     * Whether the sync reaches a core.
     *
     * @param core its number, below {@code cores}
     */
    public boolean reach(int core, int cores) {
        return this == ALL || core != cores - 1;
    }
}
