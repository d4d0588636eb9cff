package dev.pokesim.emulator.core;

/**
 * How far a core's fetches may lag behind memory. No manual promises more than {@link #WINDOW} on every processor; each mode
 * is one reading of them, weakest assumptions last.
 */
public enum FetchMode {
    /** All bytes as memory has them now. Hides bugs; for debugging. */
    COHERENT("coherent", "none: a debugging aid"),
    /** First byte and tail are read at two moments during the fetch, in either order. */
    TWO_READS("two-reads", "a fetch that is cut in two"),
    /** All bytes of a cache line as they were at one moment since the core last serialised. */
    LINE("line", "a snapshot of a line, as an instruction cache would keep it"),
    /** As WINDOW, but an aligned quadword is read as a whole; it may be read a second time while bytes are extracted. */
    QUADWORD("quadword", "AMD APM vol. 2, Cross-Modifying Code"),
    /** Each byte has any value it had since the core last serialised. */
    WINDOW("window", "Intel SDM vol. 3A, Handling Self- and Cross-Modifying Code: what it leaves open"),
    /** As WINDOW, and fetching bytes that changed without synchronisation may raise #GP; 0xCC over byte 0 is exempt. */
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
