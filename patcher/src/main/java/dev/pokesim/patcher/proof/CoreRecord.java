package dev.pokesim.patcher.proof;

/**
 * What the proof knows of one core, in the bits of a long: nothing about registers, because the core may execute any site at any
 * time.
 *
 * <p>Epoch: how many stores into text it has serialised past. Phase: 0 outside handlers, else which {@link
 * dev.pokesim.patcher.kernel.HandlerStep} comes next, plus 1. Site: where it trapped. Pending: whether an IPI waits. Reference: whether
 * the patcher has published this core's counter. Held: how many references its handlers hold. Left out: whether broken syncs
 * do not reach it.
 */
final class CoreRecord {
    private static final int PENDING_SHIFT = 0;
    private static final int PUBLISHED_SHIFT = 1;
    private static final int LEFT_OUT_SHIFT = 2;
    private static final int HELD_SHIFT = 3;
    private static final int PHASE_SHIFT = 5;
    private static final int SITE_SHIFT = 9;
    private static final int EPOCH_SHIFT = 25;

    private static final long HELD_MASK = 3;
    private static final long PHASE_MASK = 15;
    private static final long SITE_MASK = 0xffff;

    /** More references than this in one core's hands are not told apart. */
    static final int MAX_HELD = 3;
    /** Sites must have lower indices. */
    static final int MAX_SITES = 1 << 16;
    /** Bits below the epoch. */
    static final int BITS_BELOW_EPOCH = EPOCH_SHIFT;

    private CoreRecord() {}

    /** A core that is outside handlers and has seen all text there is. */
    static long initial(boolean leftOut) {
        return leftOut ? 1L << LEFT_OUT_SHIFT : 0;
    }

    static int epoch(long record) {
        return (int) (record >>> EPOCH_SHIFT);
    }

    static long withEpoch(long record, int epoch) {
        return record & (1L << EPOCH_SHIFT) - 1 | (long) epoch << EPOCH_SHIFT;
    }

    static int phase(long record) {
        return (int) (record >>> PHASE_SHIFT & PHASE_MASK);
    }

    static int site(long record) {
        return (int) (record >>> SITE_SHIFT & SITE_MASK);
    }

    /** In the handler's step {@code phase} - 1 for a site; phase 0 and site 0: outside. */
    static long withPhase(long record, int phase, int site) {
        return record & ~(PHASE_MASK << PHASE_SHIFT | SITE_MASK << SITE_SHIFT)
                | (long) phase << PHASE_SHIFT
                | (long) site << SITE_SHIFT;
    }

    static boolean isPending(long record) {
        return (record >>> PENDING_SHIFT & 1) != 0;
    }

    static long withPending(long record, boolean pending) {
        return record & ~(1L << PENDING_SHIFT) | (pending ? 1L << PENDING_SHIFT : 0);
    }

    static boolean isPublished(long record) {
        return (record >>> PUBLISHED_SHIFT & 1) != 0;
    }

    static long withPublished(long record, boolean published) {
        return record & ~(1L << PUBLISHED_SHIFT) | (published ? 1L << PUBLISHED_SHIFT : 0);
    }

    static boolean isLeftOut(long record) {
        return (record >>> LEFT_OUT_SHIFT & 1) != 0;
    }

    static int held(long record) {
        return (int) (record >>> HELD_SHIFT & HELD_MASK);
    }

    static long withHeld(long record, int held) {
        return record & ~(HELD_MASK << HELD_SHIFT) | (long) Math.min(held, MAX_HELD) << HELD_SHIFT;
    }
}
