package dev.pokesim.cli.command;

import dev.pokesim.cli.plot.Axis;
import dev.pokesim.cli.plot.Drawing;
import dev.pokesim.cli.plot.LineChart;
import dev.pokesim.cli.plot.LineChart.Series;
import dev.pokesim.cli.plot.RangeChart;
import dev.pokesim.patcher.run.LatencyDistribution;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The pictures of a command's result: of one way to count references, or of several side by side. */
final class RunPictures {
    private static final double NS_PER_US = 1e3;

    private RunPictures() {}

    /**
     * A picture and what it shows.
     *
     * @param caption for a page, where there is room for it
     */
    record Captioned(Drawing drawing, String caption) {}

    /**
     * All, in the order in which they are looked at.
     *
     * @param runs at least one
     * @param compared the table they stand beside; null for a single run
     */
    static List<Captioned> of(List<RunPicture> runs, @Nullable CompareResult compared) {
        RunResult.Setup setup = runs.get(0).result().setup();
        int width = Drawing.COLUMN / runs.size();
        String first = setup.replicas() == 1
                ? ""
                : " Of " + setup.replicas() + " runs this is the first, seed " + setup.seed() + ".";
        String all = setup.replicas() == 1 ? "" : " Of all " + setup.replicas() + " runs together.";
        List<Captioned> pictures = new ArrayList<>();
        pictures.add(new Captioned(
                Drawing.beside(
                        "Steps of the batches, and INT3 traps of each core over time",
                        runs.stream().map(run -> run.batches(width)).toList()),
                "What the patching core does, step by step, and the INT3 traps of each core over time: the darker (on a dark "
                        + "screen: the lighter) the more, each shade twice the one before, blank for none." + first
                        + leftOut(runs)));
        double highest =
                runs.stream().mapToDouble(RunPicture::highestQueue).max().orElse(1);
        pictures.add(new Captioned(
                Drawing.beside(
                        "Requests that wait for lines of reference counts, and cores in the INT3 handler, over time",
                        runs.stream().map(run -> run.queue(width, highest)).toList()),
                "How many requests wait for a cache line with a reference count: the mean of each interval, the area up to its "
                        + "most; and how many cores are in the INT3 handler." + first));
        if (runs.stream().allMatch(run -> run.latencies().total() > 0)) {
            pictures.add(new Captioned(
                    latencies(runs),
                    "How long the INT3 handler takes from trap to IRET. Twenty intervals to a factor of ten." + all));
        }
        if (compared != null
                && compared.rows().stream().allMatch(row -> row.latencyUs().p10() > 0)) {
            pictures.add(new Captioned(
                    took(compared, setup.replicas()),
                    "How long all batches took together"
                            + (setup.replicas() == 1
                                    ? "."
                                    : ": median, 10th and 90th percentile of " + setup.replicas() + " runs.")
                            + (compared.rows().stream().anyMatch(row -> row.publishedUs() != null)
                                    ? " Published figures are one sample each."
                                    : "")));
        }
        return pictures;
    }

    private static String leftOut(List<RunPicture> runs) {
        int leftOut =
                runs.stream().mapToInt(run -> run.timeline().stepsLeftOut()).sum();
        return leftOut == 0 ? "" : " " + leftOut + " later steps are not drawn.";
    }

    private static Drawing latencies(List<RunPicture> runs) {
        List<Series> series = runs.stream().map(RunPicture::latencySeries).toList();
        double lowest = runs.stream()
                .mapToDouble(run -> LatencyDistribution.lowerBoundNs(run.firstBucket()))
                .min()
                .orElse(1);
        double highest = runs.stream()
                .mapToDouble(run -> LatencyDistribution.lowerBoundNs(
                        run.latencies().counts().size()))
                .max()
                .orElse(10);
        double mostPercent = series.stream()
                .flatMap(one -> one.values().stream())
                .mapToDouble(LineChart.Value::y)
                .max()
                .orElse(100);
        int replicas = runs.get(0).result().setup().replicas();
        return new LineChart(
                        "INT3 handler latency" + (replicas == 1 ? "" : ", " + replicas + " seeds"),
                        Axis.logarithmic("latency, us", lowest / NS_PER_US, highest / NS_PER_US),
                        Axis.upTo("share of traps, %", mostPercent),
                        series)
                .draw(Drawing.COLUMN, 370);
    }

    private static Drawing took(CompareResult compared, int replicas) {
        double lowest = Double.MAX_VALUE;
        double highest = 0;
        List<RangeChart.Row> rows = new ArrayList<>();
        for (CompareResult.Row row : compared.rows()) {
            Double published = row.publishedUs();
            double reference = published == null ? row.latencyUs().median() : published;
            lowest = Math.min(lowest, Math.min(reference, row.latencyUs().p10()));
            highest = Math.max(highest, Math.max(reference, row.latencyUs().p90()));
            rows.add(new RangeChart.Row(
                    row.refs(),
                    row.latencyUs().p10(),
                    row.latencyUs().median(),
                    row.latencyUs().p90(),
                    published));
        }
        return new RangeChart(
                        "Time that the batches took",
                        Axis.logarithmic("time, us", lowest, highest),
                        replicas == 1 ? "this run" : "median, p10 to p90",
                        "published",
                        rows)
                .draw(Drawing.COLUMN);
    }
}
