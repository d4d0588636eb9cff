package dev.pokesim.patcher.proof;

/**
 * What the proof knows of one core, in the bits of a long: nothing about registers, because the core may execute any site at any
 * time.
 *
 * <p>Pending: whether an IPI waits; stopping: whether that IPI is one to stop. Published: whether the patcher has published this
 * core's reference count. Special: whether it is the one that the setup singles out. Offline: whether it has not come up yet.
 * Marked: whether a grace period waits for it. Held: how many references its handlers hold. Phase: what it is doing, see the constants. Site:
 * where it does that. NMI: whether it does that in an NMI; outer phase and site: what the NMI has interrupted. Epoch: how many stores into
 * text it has serialised past.
 */
final class CoreRecord {
    private static final int PENDING_SHIFT = 0;
    private static final int STOPPING_SHIFT = 1;
    private static final int PUBLISHED_SHIFT = 2;
    private static final int SPECIAL_SHIFT = 3;
    private static final int OFFLINE_SHIFT = 4;
    private static final int MARKED_SHIFT = 5;
    private static final int HELD_SHIFT = 6;
    private static final int PHASE_SHIFT = 8;
    private static final int SITE_SHIFT = 13;
    private static final int NMI_SHIFT = 29;
    private static final int OUTER_PHASE_SHIFT = 30;
    private static final int OUTER_SITE_SHIFT = 35;
    private static final int EPOCH_SHIFT = 41;

    private static final long HELD_MASK = 3;
    private static final long PHASE_MASK = 31;
    private static final long SITE_MASK = 0xffff;
    private static final long OUTER_SITE_MASK = 63;

    /** More references than this in one core's hands are not told apart. */
    static final int MAX_HELD = 3;
    /** Sites must have lower indices. */
    static final int MAX_SITES = 1 << 16;
    /** Sites must have lower indices if there are NMIs. */
    static final int MAX_SITES_WITH_NMIS = 1 << 6;
    /** Epochs must be lower. */
    static final int MAX_EPOCHS = 1 << 63 - EPOCH_SHIFT;
    /** How many bits lie below the site. */
    static final int BITS_BELOW_SITE = SITE_SHIFT;
    /** How many bits there are of an NMI and of what it has interrupted. */
    static final int NMI_BITS = EPOCH_SHIFT - NMI_SHIFT;

    /** Phase of a core that is outside handlers and between places. Phases 1 to 14: the handler's step of that number is next. */
    static final int OUTSIDE = 0;
    /** Phase of a core that waits, interrupts off, to be released. */
    static final int STOPPED = 15;
    /**
     * Phase of a core that has executed the first {@code phase - INSIDE} bytes of a place and may rest there; of one that its handler has
     * sent back to the place if these are 0.
     */
    static final int INSIDE = 16;
    /** Phase of a core that waits, interrupts off, for the patching one. */
    static final int SPINNING = 31;

    private CoreRecord() {}

    /** A core that has seen all text there is. */
    static long initial(boolean special, boolean offline) {
        return (special ? 1L << SPECIAL_SHIFT : 0) | (offline ? 1L << OFFLINE_SHIFT : 0);
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

    /** In a phase at a site; site 0 if the phase has none. */
    static long withPhase(long record, int phase, int site) {
        return record & ~(PHASE_MASK << PHASE_SHIFT | SITE_MASK << SITE_SHIFT)
                | (long) phase << PHASE_SHIFT
                | (long) site << SITE_SHIFT;
    }

    /** Outside everything that it is in, or that its NMI has come to; no grace period waits for it any more unless it is in an NMI. */
    static long left(long record) {
        return withPhase(with(record, MARKED_SHIFT, isMarked(record) && isInNmi(record)), OUTSIDE, 0);
    }

    /** Whether what it does it does in an NMI. */
    static boolean isInNmi(long record) {
        return is(record, NMI_SHIFT);
    }

    /** Hit by an NMI, whose handler has not come to any site yet. */
    static long withNmi(long record) {
        long outer = (long) phase(record) << OUTER_PHASE_SHIFT | (long) site(record) << OUTER_SITE_SHIFT;
        return withPhase(with(record, NMI_SHIFT, true) | outer, OUTSIDE, 0);
    }

    /** Where it was when the NMI came. */
    static long withoutNmi(long record) {
        int phase = (int) (record >>> OUTER_PHASE_SHIFT & PHASE_MASK);
        int site = (int) (record >>> OUTER_SITE_SHIFT & OUTER_SITE_MASK);
        long plain = withNmiBits(record, 0);
        return phase == OUTSIDE ? left(plain) : withPhase(plain, phase, site);
    }

    /** All that there is about an NMI, in {@link #NMI_BITS} bits; 0 outside of one. */
    static long nmiBits(long record) {
        return record >>> NMI_SHIFT & (1L << NMI_BITS) - 1;
    }

    static long withNmiBits(long record, long bits) {
        return record & ~((1L << NMI_BITS) - 1 << NMI_SHIFT) | bits << NMI_SHIFT;
    }

    /** Whether a handler of this core can take a reference in the core's own count. */
    static boolean canTake(long record) {
        return isPublished(record) || held(record) > 0;
    }

    static boolean isInHandler(long record) {
        int phase = phase(record);
        return phase > OUTSIDE && phase < STOPPED;
    }

    static boolean isInside(long record) {
        return phase(record) >= INSIDE && phase(record) != SPINNING;
    }

    /** Whether it waits, interrupts off, to be released: outside everything, or where it was when it was stopped. */
    static boolean isStopped(long record) {
        return phase(record) == STOPPED || isStopping(record) && !isPending(record);
    }

    private static boolean is(long record, int shift) {
        return (record >>> shift & 1) != 0;
    }

    private static long with(long record, int shift, boolean value) {
        return record & ~(1L << shift) | (value ? 1L << shift : 0);
    }

    static boolean isPending(long record) {
        return is(record, PENDING_SHIFT);
    }

    static long withPending(long record, boolean pending) {
        return with(record, PENDING_SHIFT, pending);
    }

    static boolean isStopping(long record) {
        return is(record, STOPPING_SHIFT);
    }

    static long withStopping(long record, boolean stopping) {
        return with(record, STOPPING_SHIFT, stopping);
    }

    static boolean isPublished(long record) {
        return is(record, PUBLISHED_SHIFT);
    }

    static long withPublished(long record, boolean published) {
        return with(record, PUBLISHED_SHIFT, published);
    }

    static boolean isSpecial(long record) {
        return is(record, SPECIAL_SHIFT);
    }

    static boolean isOffline(long record) {
        return is(record, OFFLINE_SHIFT);
    }

    static long online(long record) {
        return with(record, OFFLINE_SHIFT, false);
    }

    static boolean isMarked(long record) {
        return is(record, MARKED_SHIFT);
    }

    static long withMarked(long record, boolean marked) {
        return with(record, MARKED_SHIFT, marked);
    }

    static int held(long record) {
        return (int) (record >>> HELD_SHIFT & HELD_MASK);
    }

    static long withHeld(long record, int held) {
        return record & ~(HELD_MASK << HELD_SHIFT) | (long) Math.min(held, MAX_HELD) << HELD_SHIFT;
    }
}
