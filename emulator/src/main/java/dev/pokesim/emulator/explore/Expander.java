package dev.pokesim.emulator.explore;

/** Knows what follows a state. One belongs to one worker; its answers depend on the state alone. */
@FunctionalInterface
public interface Expander {
    /**
     * Adds every successor of a state, always in the same order, and says what is wrong with the state, if anything is.
     *
     * @param state holds the state from its start on; must not be kept
     */
    void expand(byte[] state, int sizeBytes, Successors successors);
}
