package dev.pokesim.patcher.protocol;

/** Which cores a step goes to, besides the patching one. */
public enum CoreSet {
    /** Every online core, or for references every possible one. */
    ALL,
    /** All but the last one: what a stale mask does. */
    ALL_BUT_LAST,
    /** Those that were online when the batch began. */
    ONLINE
}
