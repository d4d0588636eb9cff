package dev.pokesim.patcher.protocol;

/**
 * A word through which a handler finds the array, in the kernels that had no reference count, or had it elsewhere.
 *
 * @see "Linux arch/x86/kernel/alternative.c, 2019 to 2022: struct text_poke_bp_batch, bp_patching, bp_desc"
 */
public enum Lookup {
    /** How many entries there are; 0: the INT3 is somebody else's. */
    COUNT("count"),
    /** Where the entries are; a handler that finds NULL here dies. */
    VECTOR("vector"),
    /** Where the descriptor is, on the patcher's stack; NULL: the INT3 is somebody else's. */
    DESCRIPTOR("descriptor"),
    /** The handler itself, where it has to be registered; without it nobody is asked. */
    HANDLER("handler");

    private final String word;

    Lookup(String word) {
        this.word = word;
    }

    /** One word, as schedules and scenarios write it. */
    public String word() {
        return word;
    }
}
