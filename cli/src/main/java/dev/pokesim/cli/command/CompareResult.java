package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.datafile.Constant;
import dev.pokesim.patcher.run.Spread;
import dev.pokesim.patcher.scenario.PublishedFigures;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim compare} prints.
 *
 * @param rows shared count first, then per CPU
 * @param globalToPerCpu median latency with the shared count over that with one per CPU
 * @param publishedSource where the published figures come from
 * @param publishedThreads on how many threads they were measured: other sizes have nothing to compare with
 * @param runs everything about each
 */
record CompareResult(
        List<Row> rows, double globalToPerCpu, String publishedSource, int publishedThreads, List<RunResult> runs)
        implements Report {

    /**
     * One way to count references.
     *
     * @param latencyUs of all batches together
     * @param publishedUs what was measured for that many entries; null if nothing was
     * @param toPublished median over published; null without one
     */
    record Row(
            String refs,
            int sites,
            int hotSites,
            Spread latencyUs,
            @Nullable Double publishedUs,
            @Nullable Double toPublished,
            Spread traps,
            Spread handlerMeanUs,
            Spread exchangeFailuresPerSuccess,
            Spread handlerShare) {}

    static CompareResult of(List<RunResult> results) {
        PublishedFigures published = PublishedFigures.embedded();
        List<Row> rows = new ArrayList<>();
        for (RunResult result : results) {
            RunResult.Setup setup = result.setup();
            Double figure = setup.cores() != published.threads()
                    ? null
                    : published
                            .batchLatency(setup.refs(), setup.sites())
                            .map(CompareResult::us)
                            .orElse(null);
            rows.add(new Row(
                    setup.refs(),
                    setup.sites(),
                    setup.hotSites(),
                    result.latencyUs(),
                    figure,
                    figure == null ? null : result.latencyUs().median() / figure,
                    result.traps(),
                    result.handlerMeanUs(),
                    result.exchangeFailuresPerSuccess(),
                    result.handlerShare()));
        }
        double perCpu = results.get(1).latencyUs().median();
        return new CompareResult(
                rows,
                perCpu == 0 ? 0 : results.get(0).latencyUs().median() / perCpu,
                published.source(),
                published.threads(),
                results);
    }

    private static double us(Constant constant) {
        return constant.whole() / 1e6;
    }

    @Override
    public ExitCode exitCode() {
        return runs.stream().map(RunResult::exitCode).reduce(ExitCode.FINE, CompareResult::worse);
    }

    private static ExitCode worse(ExitCode a, ExitCode b) {
        if (a == ExitCode.VIOLATED || b == ExitCode.FINE) {
            return a;
        }
        return b;
    }

    @Override
    public void printText(PrintWriter out) {
        RunResult.Setup setup = runs.get(0).setup();
        out.println(setup.input() + ": " + setup.sites() + " patched on " + setup.cores() + " cores, profile "
                + setup.profile() + ", scenario " + setup.scenario() + ", "
                + (setup.replicas() == 1 ? "seed " + setup.seed() : setup.replicas() + " seeds"));
        out.println();
        TextTable table = new TextTable()
                .words("refs")
                .numbers("nr_entries")
                .numbers("hot")
                .numbers("Took, us")
                .numbers("p10..p90")
                .numbers("published")
                .numbers("ratio")
                .numbers("traps")
                .numbers("handler, us")
                .numbers("CAS fails")
                .numbers("in handler");
        for (Row row : rows) {
            table.row(
                    row.refs,
                    row.sites,
                    row.hotSites,
                    RunResult.number(row.latencyUs.median()),
                    setup.replicas() == 1
                            ? "-"
                            : RunResult.number(row.latencyUs.p10()) + ".." + RunResult.number(row.latencyUs.p90()),
                    row.publishedUs == null ? "-" : RunResult.number(row.publishedUs),
                    row.toPublished == null ? "-" : RunResult.number(row.toPublished),
                    RunResult.number(row.traps.median()),
                    RunResult.number(row.handlerMeanUs.median()),
                    RunResult.number(row.exchangeFailuresPerSuccess.median()),
                    RunResult.number(row.handlerShare.median() * 100) + " %");
        }
        out.print(table);
        out.println();
        out.println("global / percpu: " + RunResult.number(globalToPerCpu)
                + (setup.hotSites() > 0 ? " under the assumptions below, not a law" : ""));
        out.println("published: " + publishedSource + " (one sample each, " + publishedThreads + " threads)");
        out.println();
        out.println("Assumptions in force (nobody has measured these; poke-sim profile show says where each comes from):");
        runs.get(0).assumptions().forEach(line -> out.println("  " + line));
        for (RunResult run : runs) {
            if (run.violation() != null) {
                out.println();
                run.printText(out);
            }
        }
    }
}
