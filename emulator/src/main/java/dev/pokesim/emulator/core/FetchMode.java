package dev.pokesim.emulator.core;

/**
 * How far a core's fetches may lag behind memory. No manual promises more than {@link #WINDOW} on every processor; each mode is one
 * reading of them, weakest assumptions last. In every mode a core sees its own stores at once when it fetches through the address
 * it stored to, buffered or not; through another mapping of the same page they are like any other core's.
 */
public enum FetchMode {
    /** All bytes as memory has them now. Hides bugs; for debugging. */
    COHERENT("coherent", "none: a debugging aid"),
    /**
     * First byte and tail are read at two moments during the fetch, in either order: one now, one since the core finished the
     * instruction before.
     */
    TWO_READS("two-reads", "a fetch that is cut in two"),
    /** All bytes of a cache line as they were at one moment since the core last serialised. */
    LINE("line", "a snapshot of a line, as an instruction cache would keep it"),
    /**
     * As WINDOW, but an aligned quadword is read as a whole, at one moment since the core last serialised; it may be read a second
     * time, later, while its bytes are extracted from the first to the last.
     */
    QUADWORD("quadword", "AMD APM vol. 2, Cross-Modifying Code"),
    /** Each byte has any value it had since the core last serialised. */
    WINDOW("window", "Intel SDM vol. 3A, Handling Self- and Cross-Modifying Code: what it leaves open"),
    /**
     * As WINDOW, and fetching a byte that another core changed since this one last serialised may raise #GP. Exempt is the first
     * byte when it becomes 0xCC or stops being 0xCC.
     */
    ERRATUM("erratum", "Intel specification updates: Unsynchronized Cross-Modifying Code Operations");

    private final String optionName;
    private final String source;

    FetchMode(String optionName, String source) {
        this.optionName = optionName;
        this.source = source;
    }

    /** As users write it. */
    public String optionName() {
        return optionName;
    }

    /** Where the mode comes from. */
    public String source() {
        return source;
    }

    @Override
    public String toString() {
        return optionName;
    }
}
