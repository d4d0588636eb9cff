package dev.pokesim.patcher.kernel;

/**
 * What an INT3 handler consists of. {@link PokeInt3Handler} makes its routine of the kernel's; the explorer of {@code proof} may stop
 * between any two.
 *
 * @see "Linux arch/x86/kernel/alternative.c, poke_int3_handler(), smp_text_poke_int3_handler()"
 */
public enum HandlerStep {
    /** Asks whoever has registered; if nobody has, the INT3 is unclaimed. 2013's die-notifier. */
    ASK_REGISTERED("ask"),
    /** Loads the count of entries; if it is 0, the INT3 is somebody else's. 2019. */
    LOAD_COUNT("load-count"),
    /** Loads the address of the array; dies if it is NULL. 2019. */
    LOAD_VECTOR("load-vector"),
    /** Loads the address of the descriptor on the patcher's stack; if it is NULL, the INT3 is somebody else's. 2019 to 2022. */
    LOAD_DESCRIPTOR("load-descriptor"),
    /** Takes a reference, or finds that the array is not in use: the INT3 is somebody else's. */
    TAKE_REF("take"),
    /** Finds the site in the array, or finds that it is not there: the INT3 is somebody else's. */
    FIND_ENTRY("find"),
    /** As {@link #FIND_ENTRY}, in the array of the batch before as well. */
    FIND_IN_TWO_GENERATIONS("find-two"),
    /** Runs code that has sites itself: tracing, instrumentation. */
    RUN_SITES("run-sites"),
    /** Acts as the handler's {@link TrapHandler.Response} says. */
    ACT("act"),
    /** Gives the reference back. */
    DROP_REF("drop"),
    /** IRET. */
    RETURN("iret");

    private final String word;

    HandlerStep(String word) {
        this.word = word;
    }

    /** One word, as schedules and scenarios write it. */
    public String word() {
        return word;
    }
}
