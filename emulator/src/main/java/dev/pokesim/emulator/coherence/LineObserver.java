package dev.pokesim.emulator.coherence;

/** Is told who waits for some cache lines, in order. Times are those of {@link TimedMachine}; must not change anything. */
public interface LineObserver {
    /** A core asked for a line that it does not hold: from now on one request more waits. */
    void requested(long nowPs);

    /** The line has come to a core that asked: one request fewer. */
    void arrived(long nowPs);
}
