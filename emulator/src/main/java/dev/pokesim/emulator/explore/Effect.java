package dev.pokesim.emulator.explore;

/**
 * What a transition touches besides its own core: enough to say whether two transitions of different cores can be swapped.
 *
 * @param core who
 * @param address physical, of the memory that is touched
 * @param sizeBytes 0 if none is
 * @param writes whether memory may change
 * @param text how it deals with text that may change
 * @param target core to which an IPI is sent; -1 if none
 * @param everything whether nothing is known about it
 */
record Effect(int core, long address, int sizeBytes, boolean writes, Text text, int target, boolean everything) {
    enum Text {
        NONE,
        READS,
        WRITES
    }

    static final int NOBODY = -1;

    static Effect own(int core) {
        return new Effect(core, 0, 0, false, Text.NONE, NOBODY, false);
    }

    static Effect everything(int core) {
        return new Effect(core, 0, 0, false, Text.NONE, NOBODY, true);
    }

    static Effect text(int core) {
        return new Effect(core, 0, 0, false, Text.READS, NOBODY, false);
    }

    static Effect ipi(int core, int target) {
        return new Effect(core, 0, 0, false, Text.NONE, target, false);
    }

    static Effect access(int core, long address, int sizeBytes, boolean writes, boolean isText) {
        return new Effect(core, address, sizeBytes, writes, isText && writes ? Text.WRITES : Text.NONE, NOBODY, false);
    }

    /** Whether the order of the two may make a difference. */
    boolean conflictsWith(Effect other) {
        return core == other.core
                || everything
                || other.everything
                || target == other.core
                || other.target == core
                || text == Text.WRITES && other.text != Text.NONE
                || other.text == Text.WRITES && text != Text.NONE
                || (writes || other.writes) && overlaps(other);
    }

    private boolean overlaps(Effect other) {
        return address < other.address + other.sizeBytes && other.address < address + sizeBytes;
    }
}
