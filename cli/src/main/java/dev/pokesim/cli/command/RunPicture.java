package dev.pokesim.cli.command;

import dev.pokesim.cli.plot.Axis;
import dev.pokesim.cli.plot.Drawing;
import dev.pokesim.cli.plot.HeatStrip;
import dev.pokesim.cli.plot.LineChart;
import dev.pokesim.cli.plot.LineChart.Series;
import dev.pokesim.cli.plot.LineChart.Value;
import dev.pokesim.cli.plot.TimeScale;
import dev.pokesim.patcher.run.LatencyDistribution;
import dev.pokesim.patcher.run.RunTimeline;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What can be drawn of one way to count references.
 *
 * @param timeline of the first seed
 * @param latencies of the handlers, of all seeds
 */
record RunPicture(RunResult result, RunTimeline timeline, LatencyDistribution latencies) {
    private static final double PS_PER_US = 1e6;
    private static final double NS_PER_US = 1e3;
    /** How much is shown after the last batch. */
    private static final double AFTERMATH = 1.03;

    /** What a step of a batch does, by its name's first word: the lanes of the timeline, from above. */
    private enum Lane {
        REFS("refs", 2, "publish", "retire", "drop"),
        TEXT("text", 0, "write", "store"),
        SYNC("sync", 1, "sync", "serialise", "stop", "release", "await"),
        OTHER("other", 3);

        private final String label;
        private final int series;
        private final List<String> firstWords;

        Lane(String label, int series, String... firstWords) {
            this.label = label;
            this.series = series;
            this.firstWords = List.of(firstWords);
        }

        static Lane of(String step) {
            String firstWord = step.split(" ", 2)[0];
            for (Lane lane : values()) {
                if (lane.firstWords.contains(firstWord)) {
                    return lane;
                }
            }
            return OTHER;
        }
    }

    /** How long the batches of the first seed took, and by whom. */
    private String headline() {
        return refs() + ", took " + TimeScale.text(result.runs().get(0).latencyUs() * PS_PER_US);
    }

    /** The way to count references. */
    String refs() {
        return result.setup().refs();
    }

    /** How many bins are shown. */
    private int shownBins() {
        List<RunTimeline.Step> steps = timeline.steps();
        if (steps.isEmpty() || timeline.stepsLeftOut() > 0) {
            return timeline.bins();
        }
        long shownPs = (long) (steps.get(steps.size() - 1).endPs() * AFTERMATH);
        return (int) Math.min(timeline.bins(), shownPs / timeline.binPs() + 1);
    }

    private long shownPs() {
        return shownBins() * timeline.binPs();
    }

    private Axis time() {
        TimeScale scale = TimeScale.fitting(shownPs());
        return new Axis("time, " + scale.symbol(), false, 0, scale.of(shownPs()));
    }

    /** The batches: steps, and INT3 traps per core over time. */
    Drawing batches(int width) {
        TimeScale scale = TimeScale.fitting(shownPs());
        Map<Lane, List<HeatStrip.Span>> spans = new LinkedHashMap<>();
        for (Lane lane : Lane.values()) {
            spans.put(lane, new ArrayList<>());
        }
        for (RunTimeline.Step step : timeline.steps()) {
            spans.getOrDefault(Lane.of(step.name()), new ArrayList<>())
                    .add(new HeatStrip.Span(
                            scale.of(step.startPs()),
                            scale.of(step.endPs()),
                            "batch " + step.batch() + ", " + step.name() + ": "
                                    + TimeScale.text(step.endPs() - step.startPs())));
        }
        List<HeatStrip.Lane> lanes = new ArrayList<>();
        spans.forEach((lane, of) -> {
            if (!of.isEmpty()) {
                lanes.add(new HeatStrip.Lane(lane.label, lane.series, of));
            }
        });
        return new HeatStrip(headline(), time(), lanes, new Traps(timeline, shownBins())).draw(width, 480);
    }

    /**
     * INT3 traps of each row's cores, per core.
     *
     * @param columns how many bins of time are shown
     */
    private record Traps(RunTimeline timeline, int columns) implements HeatStrip.Heat {
        @Override
        public String label() {
            return "traps per core in " + TimeScale.text(timeline.binPs());
        }

        @Override
        public String rowsLabel() {
            return "cores";
        }

        @Override
        public List<String> ends() {
            return List.of("0", Integer.toString(timeline.cores() - 1));
        }

        @Override
        public int rows() {
            return timeline.rows();
        }

        @Override
        public double value(int row, int column) {
            return (double) timeline.traps(row, column) / timeline.coresIn(row);
        }

        @Override
        public String total() {
            long total = 0;
            for (int row = 0; row < rows(); row++) {
                for (int column = 0; column < columns; column++) {
                    total += timeline.traps(row, column);
                }
            }
            return Long.toString(total);
        }
    }

    /** The most that {@link #queue} has to show. */
    double highestQueue() {
        double highest = 1;
        for (int bin = 0; bin < timeline.bins(); bin++) {
            highest = Math.max(highest, Math.max(timeline.waitingMax(bin), timeline.inHandlerMean(bin)));
        }
        return highest;
    }

    /**
     * Who waits for lines with a reference count, and who is in a handler, over time.
     *
     * @param highest of everything that is beside it
     */
    Drawing queue(int width, double highest) {
        TimeScale scale = TimeScale.fitting(shownPs());
        List<Value> waiting = new ArrayList<>();
        List<Value> inHandler = new ArrayList<>();
        for (int bin = 0; bin < shownBins(); bin++) {
            double at = scale.of(bin * timeline.binPs());
            double mean = timeline.waitingMean(bin);
            waiting.add(new Value(at, mean, mean, Math.max(mean, timeline.waitingMax(bin))));
            inHandler.add(new Value(at, timeline.inHandlerMean(bin)));
        }
        // the last interval, too, is as long as it is
        Value lastWaiting = waiting.get(waiting.size() - 1);
        double end = scale.of(shownPs());
        waiting.add(new Value(end, lastWaiting.y(), lastWaiting.low(), lastWaiting.high()));
        inHandler.add(new Value(end, inHandler.get(inHandler.size() - 1).y()));
        return new LineChart(
                        "Queue for refs, " + refs(),
                        time(),
                        Axis.upTo("cores", highest),
                        List.of(
                                new Series("waiting: mean, most", true, waiting),
                                new Series("in INT3 handler", true, inHandler)))
                .draw(width, 360);
    }

    /** The part of {@link #latencies} in a chart: share of all traps over latency. */
    Series latencySeries() {
        List<Value> values = new ArrayList<>();
        List<Long> counts = latencies.counts();
        double total = latencies.total();
        values.add(new Value(LatencyDistribution.lowerBoundNs(firstBucket()) / NS_PER_US, 0));
        for (int bucket = firstBucket(); bucket < counts.size(); bucket++) {
            values.add(
                    new Value(LatencyDistribution.lowerBoundNs(bucket) / NS_PER_US, counts.get(bucket) / total * 100));
        }
        values.add(new Value(LatencyDistribution.lowerBoundNs(counts.size()) / NS_PER_US, 0));
        return new Series(
                refs() + ": mean " + RunResult.number(result.handlerMeanUs().median()) + " us, 99 % below "
                        + RunResult.number(result.handlerP99Us().median()) + " us",
                true,
                values);
    }

    /** The first bucket that is not empty. */
    int firstBucket() {
        int bucket = 0;
        while (bucket < latencies.counts().size() && latencies.counts().get(bucket) == 0) {
            bucket++;
        }
        return bucket;
    }
}
