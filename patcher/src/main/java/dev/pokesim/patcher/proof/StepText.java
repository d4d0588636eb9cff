package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.memory.InstructionBytes;
import org.jspecify.annotations.Nullable;

/**
 * What a step of a counterexample has to do with text.
 *
 * @param site the place it writes, traps at or fetches, an index into {@link ProofSetup#places()}; {@link #NO_SITE} if it does
 *     none of these
 * @param memory what the place holds after the step; null without a site
 * @param seen what the core fetches instead of it; null if the step is no fetch, or if the fetch faults
 */
public record StepText(
        int site,
        @Nullable InstructionBytes memory,
        @Nullable InstructionBytes seen) {
    /** {@link #site} of a step that is about no place. */
    public static final int NO_SITE = -1;

    static final StepText NONE = new StepText(NO_SITE, null, null);
}
