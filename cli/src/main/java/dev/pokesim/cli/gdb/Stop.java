package dev.pokesim.cli.gdb;

/**
 * Why a run stands still.
 *
 * @param signal as gdb numbers them
 * @param core whose doing it was
 * @param reason {@code swbreak}, {@code hwbreak}, {@code replaylog}, ... with its value as a stop reply spells it; empty if none
 */
record Stop(int signal, int core, String reason) {
    private static final int SIGINT = 2;
    private static final int SIGILL = 4;
    private static final int SIGTRAP = 5;

    static Stop of(int core) {
        return new Stop(SIGTRAP, core, "");
    }

    static Stop because(int core, String reason) {
        return new Stop(SIGTRAP, core, reason);
    }

    /** An instruction was, or is going to be, executed that must not be: what a core does with bytes that are none. */
    static Stop violated(int core) {
        return new Stop(SIGILL, core, "");
    }

    static Stop interrupted(int core) {
        return new Stop(SIGINT, core, "");
    }

    /** Nothing was recorded beyond this. */
    static Stop atEnd(int core) {
        return because(core, "replaylog:end;");
    }

    /** Nothing was recorded before this. */
    static Stop atStart(int core) {
        return because(core, "replaylog:begin;");
    }
}
