package dev.pokesim.cli.command;

import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a breadth-first search stands, once a second, in the order of what a waiting person wants to know first: a narrow terminal
 * cuts the end off.
 */
final class SearchFigures {
    private static final double NANOS = 1e9; // in a second

    private final long memoryLimitBytes;
    private boolean isFirst = true;
    private long shownNanos;
    private long shownStates;
    private long shownExpanded;

    /** For one search. */
    SearchFigures(long memoryLimitBytes) {
        this.memoryLimitBytes = memoryLimitBytes;
    }

    /**
     * To be called often.
     *
     * @param nowNanos on any clock
     * @param position what else there is to say, with a comma and a blank behind; may be empty
     * @return null if less than a second has passed since the last figures, or since the start
     */
    @Nullable
    String at(long nowNanos, Extent extent, String position) {
        boolean isDue = nowNanos - shownNanos >= NANOS;
        if (!isFirst && !isDue) {
            return null;
        }
        String figures = isFirst ? null : figures(nowNanos - shownNanos, extent, position);
        isFirst = false;
        shownNanos = nowNanos;
        shownStates = extent.states();
        shownExpanded = expanded(extent);
        return figures;
    }

    private static long expanded(Extent extent) {
        return extent.states() - extent.frontier();
    }

    private String figures(long nanos, Extent extent, String position) {
        double seconds = nanos / NANOS;
        return String.format(
                Locale.ROOT,
                "%s/s, %s left, %sdepth %d, frontier %s, %d MiB, %.0f %% of the limit",
                shortly(Math.max(0, extent.states() - shownStates) / seconds),
                left(extent.frontier(), (expanded(extent) - shownExpanded) / seconds),
                position,
                extent.depth(),
                shortly(extent.frontier()),
                extent.memoryBytes() >> 20,
                100.0 * extent.memoryBytes() / memoryLimitBytes);
    }

    /**
     * What it takes to expand the states that are known. Nobody knows how many more these lead to, so it is a bound from below,
     * and that only if the search goes on as fast as in the last second.
     *
     * @param rate states expanded in a second
     */
    static String left(long frontier, double rate) {
        return rate <= 0 ? "unknown time" : ">= " + duration(Math.round(Math.ceil(frontier / rate)));
    }

    /** Whole seconds as a person says them. */
    static String duration(long seconds) {
        Duration all = Duration.ofSeconds(seconds);
        return seconds < 120
                ? seconds + " s"
                : seconds < 7200 ? all.toMinutes() + " min" : String.format(Locale.ROOT, "%,d h", all.toHours());
    }

    private static String shortly(double count) {
        return count < 10_000
                ? String.format(Locale.ROOT, "%.0f", count)
                : count < 10e6
                        ? String.format(Locale.ROOT, "%.0fk", count / 1e3)
                        : String.format(Locale.ROOT, "%.1fM", count / 1e6);
    }
}
