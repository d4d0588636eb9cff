package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.export.HandlerStacks;
import dev.pokesim.emulator.trace.TraceEvent;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How long something took, each time that a trace has it. Times in nanoseconds.
 *
 * @param file as the user named it
 * @param cut whether the file ends before it was closed
 * @param measure what was measured
 * @param meaning in a few words
 * @param count how often
 * @param buckets from the first to the last that is not empty; each ends at twice where it begins
 */
record TraceHistogram(
        String file,
        boolean cut,
        String measure,
        String meaning,
        long count,
        double meanNs,
        long medianNs,
        long p99Ns,
        long worstNs,
        List<Bucket> buckets)
        implements Report {
    private static final int BAR = 52;

    /** Those from some time on, below another. */
    record Bucket(long fromNs, long belowNs, long count) {}

    /** What can be measured. */
    enum Measure {
        HANDLER("from an INT3 trap to its return"),
        GAP("from one INT3 trap of a core to its next"),
        IPI("from an IPI to the handler that takes it"),
        WAIT("from a request for a cache line to its arrival");

        private final String meaning;

        Measure(String meaning) {
            this.meaning = meaning;
        }

        /** As it is typed. */
        String optionName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Measures while events come; all of a trace's must come, because some begin on another core than they end. */
    static final class Collector {
        private static final long PS_PER_NS = 1000;
        private static final int DIGITS = 3;
        private static final long LONGEST_NS = 1L << 50;

        private final Measure measure;
        private final BitSet cores;
        private final HandlerStacks stacks;
        private final Map<Integer, Long> lastTrapPs = new HashMap<>(); // only looked up
        private final Map<Long, List<Long>> sentPs = new HashMap<>(); // by target and vector; only looked up
        private final Histogram times = new Histogram(DIGITS);

        /**
         * @param cores whose times count, where they end; empty for all
         */
        Collector(Measure measure, int coreCount, BitSet cores) {
            this.measure = measure;
            this.cores = cores;
            stacks = new HandlerStacks(coreCount);
        }

        void add(TraceEvent event) {
            switch (measure) {
                case HANDLER -> {
                    TraceEvent.Trap ended = stacks.add(event);
                    if (ended != null && ended.vector() == HandlerStacks.INT3) {
                        took(event, ended.timePs());
                    }
                }
                case GAP -> {
                    if (event instanceof TraceEvent.Trap trap && trap.vector() == HandlerStacks.INT3) {
                        Long last = lastTrapPs.put(trap.core(), trap.timePs());
                        if (last != null) {
                            took(event, last);
                        }
                    }
                }
                case IPI -> {
                    if (event instanceof TraceEvent.Ipi ipi) {
                        sentPs.computeIfAbsent(key(ipi.target(), ipi.vector()), key -> new ArrayList<>())
                                .add(ipi.timePs());
                    } else if (event instanceof TraceEvent.Trap trap) {
                        List<Long> sent = sentPs.remove(key(trap.core(), trap.vector()));
                        if (sent != null) {
                            sent.forEach(atPs -> took(event, atPs));
                        }
                    }
                }
                case WAIT -> {
                    if (event instanceof TraceEvent.Transfer transfer) {
                        took(event, transfer.timePs() - transfer.waitedPs());
                    }
                }
            }
        }

        private static long key(int target, int vector) {
            return (long) target << 8 | vector;
        }

        private void took(TraceEvent end, long beginPs) {
            if (cores.isEmpty() || cores.get(end.core())) {
                times.recordValue(Math.max(0, Math.min((end.timePs() - beginPs) / PS_PER_NS, LONGEST_NS)));
            }
        }

        TraceHistogram histogram(String file, boolean cut) {
            List<Bucket> buckets = new ArrayList<>();
            long fromNs = 0;
            for (HistogramIterationValue value : times.logarithmicBucketValues(1, 2)) {
                long belowNs = value.getValueIteratedTo() + 1;
                long count = value.getCountAddedInThisIterationStep();
                if (count > 0 || !buckets.isEmpty()) {
                    buckets.add(new Bucket(fromNs, belowNs, count));
                }
                fromNs = belowNs;
            }
            return new TraceHistogram(
                    file,
                    cut,
                    measure.optionName(),
                    measure.meaning,
                    times.getTotalCount(),
                    times.getTotalCount() == 0 ? 0 : times.getMean(),
                    times.getValueAtPercentile(50),
                    times.getValueAtPercentile(99),
                    times.getMaxValue(),
                    buckets);
        }
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(measure + ": ns " + meaning);
        out.println("count %,d, mean %,.0f, median %,d, 99 %% %,d, worst %,d"
                .formatted(count, meanNs, medianNs, p99Ns, worstNs));
        long most = buckets.stream().mapToLong(Bucket::count).max().orElse(1);
        for (Bucket bucket : buckets) {
            String range = "[%,d, %,d)".formatted(bucket.fromNs, bucket.belowNs);
            String bar = "@".repeat((int) (bucket.count * BAR / most));
            out.println("%-24s %,12d |%s|".formatted(range, bucket.count, bar + " ".repeat(BAR - bar.length())));
        }
        if (cut) {
            out.println("The file is cut off: events may be missing at its end.");
        }
    }
}
