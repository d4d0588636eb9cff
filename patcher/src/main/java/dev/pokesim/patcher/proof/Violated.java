package dev.pokesim.patcher.proof;

/**
 * What is wrong with a state.
 *
 * @param oracle the property that is violated, by the name of its class in {@code check}
 * @param group the group of cores that violates it; {@link #NOBODY} if it is the patcher or all
 * @param site the site it happens at; {@link #NOBODY} if there is none
 * @param what happens
 */
record Violated(String oracle, int group, int site, String what) {
    static final int NOBODY = -1;
}
