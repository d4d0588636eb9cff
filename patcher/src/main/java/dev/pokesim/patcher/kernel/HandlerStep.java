package dev.pokesim.patcher.kernel;

import java.util.List;

/**
 * What an INT3 handler consists of, in the order in which it does it. {@link PokeInt3Handler} makes its routine of these steps;
 * the explorer of {@code proof} may stop between any two.
 *
 * @see "Linux arch/x86/kernel/alternative.c, poke_int3_handler(), smp_text_poke_int3_handler()"
 */
public enum HandlerStep {
    /** Takes a reference, or finds that the array is not in use: the INT3 is somebody else's. */
    TAKE_REF("take"),
    /** Finds the site in the array, or finds that it is not there. */
    FIND_ENTRY("find"),
    /** Acts as the entry says. */
    ACT("act"),
    /** Gives the reference back. */
    DROP_REF("drop"),
    /** IRET. */
    RETURN("iret");

    /** What the kernel does. */
    public static final List<HandlerStep> KERNEL = List.of(values());

    private final String word;

    HandlerStep(String word) {
        this.word = word;
    }

    /** One word, as schedules write it. */
    public String word() {
        return word;
    }
}
