package dev.pokesim.patcher.run;

import java.util.Locale;

/** How much of a run is recorded; each level has everything that those before it have. */
public enum TraceLevel {
    /** What the patcher does: batches, steps, bytes rewritten, and a violation. */
    SUMMARY("what the patcher does"),
    /** What the protocol is about: fetches at sites, traps, returns, IPIs, answers, serialising, what handlers decide. */
    PROTOCOL("and fetches at sites, traps, IPIs, handlers"),
    /** Every instruction that a core completes. */
    INSTRUCTIONS("and every instruction"),
    /** Every store, every locked operation, every cache line that moves. */
    MEMORY("and every store, locked operation and cache-line transfer");

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
