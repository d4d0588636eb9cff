package dev.pokesim.cli.console;

/**
 * Tells a waiting person how far a long piece of work is. Safe to call from several threads; never slows the work noticeably, so
 * call it as often as convenient. One piece of work at a time: {@code start}, any number of {@code step}s and {@code note}s,
 * {@code done}.
 */
public interface ProgressReporter {
    /**
     * Begins a piece of work.
     *
     * @param what  what is being done, a few words
     * @param total how many steps it will take; 0 or less if nobody knows
     */
    void start(String what, long total);

    /** Says how many steps are done by now, in total: not how many came since the last call. */
    void step(long done);

    /** Says how it stands, in a few figures; the latest call is what counts. */
    void detail(String figures);

    /** Tells something worth a line of its own. */
    void note(String line);

    /** Ends the piece of work. */
    void done();
}
