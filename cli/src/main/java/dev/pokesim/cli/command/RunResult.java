package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.run.Assumptions;
import dev.pokesim.patcher.run.PatchRun;
import dev.pokesim.patcher.run.RunReport;
import dev.pokesim.patcher.run.RunReport.Outcome;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.run.Spread;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim run} prints. Simulated times are microseconds or nanoseconds as their names say; over several replicas
 * every figure is a median with the 10th and 90th percentile.
 *
 * @param setup what was run
 * @param outcome complete, violated or incomplete; the worst of all replicas
 * @param batches latency of each batch and its steps
 * @param handlerShare share of all cores' time during batches between trap and IRET, 0 to 1
 * @param refsLineTransfers how often lines of reference counts moved between cores
 * @param textPokeRecords records that perf would have got
 * @param runs latency and outcome of each replica
 * @param violation the first one; null if there is none
 * @param lastEvents before it
 */
record RunResult(
        Setup setup,
        String outcome,
        List<Batch> batches,
        Spread latencyUs,
        Spread traps,
        Spread handlerMeanUs,
        Spread handlerP99Us,
        Spread handlerMaxUs,
        Spread handlerShare,
        Spread exchangeFailuresPerSuccess,
        Spread refsLineTransfers,
        Spread patcherWaits,
        Spread visits,
        Spread visitMeanNs,
        Spread softirqPolls,
        Spread softirqPackets,
        Spread textPokeRecords,
        Spread instructions,
        Spread simulatedUs,
        List<Run> runs,
        List<String> assumptions,
        List<String> oracles,
        @Nullable Found violation,
        List<String> lastEvents)
        implements Report {

    /** What patched and handled, as JSON has it. */
    private static final String ROUTINES = "routines";

    private static final String GUEST = "guest";

    /** What was run. */
    record Setup(
            String input,
            int cores,
            int sites,
            int hotSites,
            String protocol,
            String code,
            String refs,
            String profile,
            String scenario,
            String fetch,
            long seed,
            int replicas) {}

    /**
     * One batch of a run.
     *
     * @param entries how many sites it patched
     */
    record Batch(int entries, Spread latencyUs, List<Step> steps) {}

    /** One step of a batch. */
    record Step(String name, Spread latencyUs) {}

    /** One replica. */
    record Run(long seed, double latencyUs, String outcome) {}

    /** A figure of the run as a whole; the unit may be empty. */
    record Figure(String name, String unit, Spread value) {}

    /** A violation. */
    record Found(long seed, String oracle, String property, int core, double timeUs, String what) {}

    private static final double PS_PER_US = 1e6;
    private static final double PS_PER_NS = 1e3;

    /**
     * @param setups of the replicas, at least one, different in their seeds only
     */
    static RunResult of(List<RunSetup> setups, List<RunReport> reports) {
        return of(setups, reports, ROUTINES, PatchRun.properties());
    }

    /** As {@link #of(List, List)}, for runs in which the kernel's own code patches and handles. */
    static RunResult ofGuest(List<RunSetup> setups, List<RunReport> reports) {
        return of(setups, reports, GUEST, Oracles.properties());
    }

    private static RunResult of(List<RunSetup> setups, List<RunReport> reports, String code, List<String> properties) {
        RunSetup first = setups.get(0);
        List<Run> runs = new ArrayList<>();
        Found found = null;
        List<String> events = List.of();
        Outcome worst = Outcome.COMPLETE;
        for (int i = 0; i < reports.size(); i++) {
            RunReport report = reports.get(i);
            long seed = setups.get(i).seed();
            runs.add(new Run(seed, us(report.latencyPs()), name(report.outcome())));
            Violation violation = report.violation();
            if (violation != null && found == null) {
                found = new Found(
                        seed,
                        violation.oracle(),
                        violation.property(),
                        violation.core(),
                        us(violation.timePs()),
                        violation.what());
                events = report.lastEvents();
            }
            if (worst == Outcome.COMPLETE || report.outcome() == Outcome.VIOLATED) {
                worst = report.outcome();
            }
        }
        return new RunResult(
                new Setup(
                        first.target().image().name(),
                        first.cores(),
                        first.target().places().size(),
                        first.hotSites(),
                        first.protocol().name(),
                        code,
                        first.refs().name(),
                        first.profile().name(),
                        first.scenario().name(),
                        first.fetchMode().optionName(),
                        first.seed(),
                        setups.size()),
                name(worst),
                batches(reports),
                over(reports, r -> us(r.latencyPs())),
                over(reports, RunReport::traps),
                over(reports, r -> us(r.handlerMeanPs())),
                over(reports, r -> us(r.handlerP99Ps())),
                over(reports, r -> us(r.handlerMaxPs())),
                over(reports, RunReport::handlerShare),
                over(reports, RunReport::failuresPerSuccess),
                over(reports, RunReport::refsLineTransfers),
                over(reports, RunReport::patcherWaits),
                over(reports, RunReport::visits),
                over(reports, r -> r.visitMeanPs() / PS_PER_NS),
                over(reports, RunReport::softirqPolls),
                over(reports, RunReport::packets),
                over(reports, RunReport::textPokeRecords),
                over(reports, RunReport::instructions),
                over(reports, r -> us(r.simulatedPs())),
                runs,
                Assumptions.of(first),
                properties,
                found,
                events);
    }

    private static Spread over(List<RunReport> reports, ToDoubleFunction<RunReport> figure) {
        return Spread.of(reports, figure);
    }

    /** The batches of the replicas side by side; those of a run that ended early have fewer. */
    private static List<Batch> batches(List<RunReport> reports) {
        int count = reports.stream().mapToInt(r -> r.batches().size()).min().orElse(0);
        List<Batch> batches = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            RunReport.Batch shape = reports.get(0).batches().get(i);
            List<Step> steps = new ArrayList<>();
            for (int k = 0; k < shape.steps().size(); k++) {
                int step = k;
                steps.add(new Step(
                        shape.steps().get(k).name(),
                        over(
                                reports,
                                r -> us(r.batches().get(index).steps().get(step).latencyPs()))));
            }
            batches.add(new Batch(
                    shape.entries(),
                    over(reports, r -> us(r.batches().get(index).latencyPs())),
                    steps));
        }
        return batches;
    }

    private static double us(long ps) {
        return ps / PS_PER_US;
    }

    private static String name(Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public ExitCode exitCode() {
        return switch (Outcome.valueOf(outcome.toUpperCase(Locale.ROOT))) {
            case COMPLETE -> ExitCode.FINE;
            case VIOLATED -> ExitCode.VIOLATED;
            case INCOMPLETE -> ExitCode.INCOMPLETE;
        };
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(setup.input + ": " + setup.sites + " patched on " + setup.cores + " cores, references " + setup.refs
                + ", protocol " + setup.protocol
                + (setup.code.equals(GUEST) ? ", all of it the kernel's own code" : ""));
        out.println("profile " + setup.profile + ", scenario " + setup.scenario + ", fetch " + setup.fetch + ", "
                + (setup.replicas == 1
                        ? "seed " + setup.seed
                        : "seeds " + setup.seed + " to " + (setup.seed + setup.replicas - 1)));
        out.println();
        if (!batches.isEmpty()) {
            printBatches(out);
        }
        printFigures(out);
        out.println();
        out.println(
                "Assumptions in force (nobody has measured these; poke-sim profile show says where each comes from):");
        assumptions.forEach(line -> out.println("  " + line));
        out.println();
        out.println("Oracles watching (" + oracles.size() + "):");
        oracles.forEach(line -> out.println("  " + line));
        out.println();
        printOutcome(out);
    }

    private void printBatches(PrintWriter out) {
        TextTable table = new TextTable().words("batch").words("step").numbers("us");
        if (setup.replicas > 1) {
            table.numbers("p10").numbers("p90");
        }
        for (Batch batch : batches) {
            row(table, "nr_entries=" + batch.entries, "Took", batch.latencyUs);
            for (Step step : batch.steps) {
                row(table, "", step.name, step.latencyUs);
            }
        }
        out.print(table);
        out.println();
    }

    /** The figures of the run as a whole, in the order in which they are read. */
    List<Figure> figures() {
        return List.of(
                new Figure("INT3 traps", "", traps),
                new Figure("handler latency, mean", "us", handlerMeanUs),
                new Figure("handler latency, 99 %", "us", handlerP99Us),
                new Figure("handler latency, worst", "us", handlerMaxUs),
                new Figure("share of CPU in handler", "%", percent(handlerShare)),
                new Figure("CAS failures per success", "", exchangeFailuresPerSuccess),
                new Figure("transfers of refs lines", "", refsLineTransfers),
                new Figure("patcher found refs held", "", patcherWaits),
                new Figure("BPF runs", "", visits),
                new Figure("BPF run, mean", "ns", visitMeanNs),
                new Figure("softirq polls on core 0", "", softirqPolls),
                new Figure("packets in them", "", softirqPackets),
                new Figure("perf text-poke records", "", textPokeRecords),
                new Figure("guest instructions", "", instructions),
                new Figure("simulated time", "us", simulatedUs));
    }

    private void printFigures(PrintWriter out) {
        TextTable table =
                new TextTable().words("figure").words("unit").numbers(setup.replicas > 1 ? "median" : "value");
        if (setup.replicas > 1) {
            table.numbers("p10").numbers("p90");
        }
        for (Figure figure : figures()) {
            row(table, figure.name, figure.unit, figure.value);
        }
        out.print(table);
    }

    private static Spread percent(Spread share) {
        return new Spread(share.median() * 100, share.p10() * 100, share.p90() * 100);
    }

    private void row(TextTable table, String what, String unit, Spread spread) {
        if (setup.replicas > 1) {
            table.row(what, unit, number(spread.median()), number(spread.p10()), number(spread.p90()));
        } else {
            table.row(what, unit, number(spread.median()));
        }
    }

    /** Whole numbers as such, others with one digit behind the point, small ones with three. */
    static String number(double value) {
        if (value == Math.rint(value)) {
            return "%,d".formatted((long) value);
        }
        return value < 10 ? String.format(Locale.ROOT, "%.3f", value) : String.format(Locale.ROOT, "%,.1f", value);
    }

    private void printOutcome(PrintWriter out) {
        if (violation != null) {
            out.println("VIOLATED: " + violation.property);
            out.println("  " + violation.what);
            out.println("  found by " + violation.oracle + ", seed " + violation.seed + ", at "
                    + number(violation.timeUs) + " us");
            out.println("Last events of core " + violation.core + ", and what the patcher did at that place:");
            lastEvents.forEach(line -> out.println("  " + line));
        } else if (exitCode() == ExitCode.INCOMPLETE) {
            out.println("INCOMPLETE: stopped before the end; the figures are those up to there");
        } else {
            out.println("No oracle was violated.");
        }
    }
}
