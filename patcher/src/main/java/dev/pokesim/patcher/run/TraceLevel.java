package dev.pokesim.patcher.run;

import java.util.Locale;

/** How much of a run is recorded; each level has everything that those before it have. */
public enum TraceLevel {
    /** What the patcher does: batches, steps, bytes rewritten, and a violation. */
    SUMMARY("what the patcher does"),
    /** What the protocol is about: fetches at sites, traps, returns, IPIs, answers, serialising, what handlers decide. */
    PROTOCOL("and fetches at sites, traps, IPIs, handlers"),
    /** Every store and every locked operation. */
    MEMORY("and every store and locked operation");

    private final String meaning;

    TraceLevel(String meaning) {
        this.meaning = meaning;
    }

    /** As it is typed. */
    public String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** In a few words. */
    public String meaning() {
        return meaning;
    }
}
