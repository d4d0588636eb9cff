package dev.pokesim.patcher.proof;

import java.util.EnumSet;
import java.util.Set;

/**
 * A way to leave out states without leaving out a verdict. Each can be switched off; tests compare the verdicts with and
 * without.
 */
public enum Reduction {
    /**
     * A core with an IPI pending takes it before it executes anything else. What it could execute first it could as well execute
     * before the IPI was sent, as the patcher only waits meanwhile; where it does not, this is off by itself.
     */
    PROMPT_SYNC("prompt-sync"),
    /**
     * A handler runs from trap to IRET in one step, if the patcher cannot touch references or array before it has waited for an
     * answer that this core cannot give from inside the handler.
     */
    WHOLE_HANDLERS("whole-handlers"),
    /** Cores that are in the same state are counted, not told apart. */
    SYMMETRY("symmetry"),
    /**
     * The IRET of the handler does not serialise: more can be fetched, never less. What is safe then is safe; a violation is looked
     * for again with an IRET that does.
     */
    WEAK_RETURN("weak-return");

    /** All of them. */
    public static final Set<Reduction> ALL = Set.copyOf(EnumSet.allOf(Reduction.class));

    /** None: every interleaving of every core. */
    public static final Set<Reduction> NONE = Set.of();

    private final String optionName;

    Reduction(String optionName) {
        this.optionName = optionName;
    }

    /** As users write it. */
    public String optionName() {
        return optionName;
    }
}
