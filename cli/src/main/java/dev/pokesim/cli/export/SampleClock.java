package dev.pokesim.cli.export;

import java.util.List;

/** Ticks on one core after the other, each core's one period apart, while there is a batch. */
final class SampleClock {
    private static final long PS_PER_NS = 1000;
    /** About how many ticks there are at most. */
    private static final double TICKS = 200_000;

    private final List<PerfSurvey.Span> spans;
    private final int[] cores;
    private final long periodPs;
    private int span;
    private long tick;

    SampleClock(List<PerfSurvey.Span> spans, int[] cores) {
        this.spans = spans;
        this.cores = cores;
        double total = 0;
        for (PerfSurvey.Span each : spans) {
            total += each.toPs() - each.fromPs();
        }
        periodPs = round(total * cores.length / TICKS / PS_PER_NS) * PS_PER_NS;
    }

    /** The next 1, 2 or 5 times a power of ten, at least 1. */
    private static long round(double atLeast) {
        long power = 1;
        while (true) {
            for (int digit : new int[] {1, 2, 5}) {
                if (digit * power >= atLeast) {
                    return digit * power;
                }
            }
            power *= 10;
        }
    }

    /** Between two ticks of a core. */
    long periodNs() {
        return periodPs / PS_PER_NS;
    }

    /** When the next tick is; {@link Long#MAX_VALUE} if there is none. */
    long nextPs() {
        while (span < spans.size()) {
            long at = spans.get(span).fromPs()
                    + tick / cores.length * periodPs
                    + (long) ((double) (tick % cores.length) / cores.length * periodPs);
            if (at < spans.get(span).toPs()) {
                return at;
            }
            span++;
            tick = 0;
        }
        return Long.MAX_VALUE;
    }

    /** Whose it is. */
    int core() {
        return cores[(int) (tick % cores.length)];
    }

    /** On to the one after it. */
    void advance() {
        tick++;
    }
}
