package dev.pokesim.emulator.explore;

/**
 * Picks what happens next, in one run. It knows actors, such as a core or its store buffer, and that their events may conflict,
 * not what they do.
 */
public interface Scheduler {
    /** Every event that could happen next. */
    interface Candidates {
        /** How many; at least 1. */
        int count();

        /**
         * Whose event a candidate is. An actor may have several: a core that can go on or take an interrupt.
         *
         * @return 0 or more, small
         */
        int actor(int index);

        /**
         * Which event a candidate is, among all that can ever be possible at once; it keeps its number until it happens.
         *
         * @return 0 or more, small
         */
        int event(int index);

        /** Whether the order of two candidates may make a difference. */
        boolean conflict(int one, int other);
    }

    /** What reports call it. */
    String name();

    /**
     * Picks one, which then happens.
     *
     * @return 0 to count - 1
     */
    int pick(Candidates candidates);
}
