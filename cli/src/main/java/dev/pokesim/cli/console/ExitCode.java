package dev.pokesim.cli.console;

/** How a run of {@code poke-sim} ended, for scripts. The values are part of the interface and never change their meaning. */
public enum ExitCode {
    /** Everything went well; a check: complete within the bounds that it printed. */
    FINE(0),
    /** A property was violated; the output says which, and how to see it again. */
    VIOLATED(1),
    /** Bad usage or bad input; one line on standard error says what, where and what to do. */
    BAD_USAGE(2),
    /** Stopped before a verdict: out of time, out of memory, Ctrl-C. What was found so far has been printed. */
    INCOMPLETE(3),
    /** A bug in poke-sim, or an installation that cannot run. */
    BUG(4);

    private final int value;

    ExitCode(int value) {
        this.value = value;
    }

    /** The status that the process ends with, 0 to 4. */
    public int value() {
        return value;
    }
}
