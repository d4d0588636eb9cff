package dev.pokesim.cli.command;

import dev.pokesim.bpf.workload.RunReport;
import dev.pokesim.bpf.workload.RunSetup;
import dev.pokesim.bpf.workload.TimedRun;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.run.PatchingCore;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim bpf run} prints. Times of {@code figures} are nanoseconds.
 *
 * @param outcome complete, violated or incomplete
 * @param elapsedUs simulated
 * @param executedPerAccepted timers queued over starts accepted
 * @param patching null if text stayed as it was
 * @param violation null if nothing was violated
 */
record BpfRunResult(
        String outcome,
        Setup setup,
        double elapsedUs,
        RunReport.Measured figures,
        double executedPerAccepted,
        @Nullable Patching patching,
        @Nullable Found violation,
        List<String> properties,
        List<String> assumptions)
        implements Report {
    private static final double PS_PER_US = 1e6;

    /** What was run. */
    record Setup(
            String form,
            String workload,
            String profile,
            int cores,
            int timers,
            long nmiPeriodCycles,
            double durationUs,
            double workGapUs,
            double irqsOffUs,
            int allocationFailuresPerMillion,
            long seed) {
        static Setup of(RunSetup setup) {
            return new Setup(
                    setup.form().name(),
                    setup.workload().name(),
                    setup.profile().name(),
                    setup.cores(),
                    setup.timers(),
                    setup.nmiPeriodCycles(),
                    setup.durationPs() / PS_PER_US,
                    setup.workGapPs() / PS_PER_US,
                    setup.irqsOffPs() / PS_PER_US,
                    setup.failuresPerMillion(),
                    setup.seed());
        }
    }

    /**
     * What became of the text. Latencies are of INT3 handlers, from the trap to the IRET.
     *
     * @param batchUs each batch from its first to its last step, those that are done
     * @param trapsInNmi traps on a core in NMI
     * @param nestedTraps traps on a core whose INT3 handler an NMI had interrupted
     * @param nmisInNmi NMIs that the IRET of an INT3 handler let into another NMI
     */
    record Patching(
            String protocol,
            String refs,
            int sites,
            int batches,
            List<Double> batchUs,
            boolean isDone,
            long traps,
            long trapsInNmi,
            long nestedTraps,
            long nmisInNmi,
            double handlerMeanNs,
            double handlerInNmiMeanNs,
            double handlerP99Ns,
            double handlerMaxNs,
            long exchangeFailures,
            long referencesTaken,
            long refsLineTransfers,
            long patcherWaits) {
        private static final double PS_PER_NS = 1e3;

        static Patching of(PatchingCore.Setup setup, PatchingCore.Report report, long nmisInNmi) {
            return new Patching(
                    setup.protocol().name(),
                    setup.refs().name(),
                    setup.target().places().size(),
                    setup.batches(),
                    report.batches().stream()
                            .map(batch -> batch.latencyPs() / PS_PER_US)
                            .toList(),
                    report.isDone(),
                    report.traps(),
                    report.trapsInNmi(),
                    report.nestedTraps(),
                    nmisInNmi,
                    report.handlerMeanPs() / PS_PER_NS,
                    report.handlerInNmiMeanPs() / PS_PER_NS,
                    report.handlerP99Ps() / PS_PER_NS,
                    report.handlerMaxPs() / PS_PER_NS,
                    report.exchangeFailures(),
                    report.referencesTaken(),
                    report.refsLineTransfers(),
                    report.patcherWaits());
        }

        void addTo(TextTable table) {
            double sumUs = batchUs.stream().mapToDouble(us -> us).sum();
            double longestUs = batchUs.stream().mapToDouble(us -> us).max().orElse(0);
            table.row(
                    "patching, us",
                    number(sumUs),
                    number(batchUs.size()) + " of " + number(batches) + " batches done, longest " + number(longestUs)
                            + "; " + number(sites) + " sites, " + protocol + ", refs " + refs);
            table.row("INT3 traps", number(traps), number(referencesTaken) + " references taken");
            table.row("  in NMI", number(trapsInNmi), number(nmisInNmi) + " NMIs came in NMI by their IRET");
            table.row("  nested", number(nestedTraps), "an NMI had interrupted the handler below");
            table.row(
                    "INT3 handler, ns",
                    number(Math.rint(handlerMeanNs)),
                    "mean, in NMI " + number(Math.rint(handlerInNmiMeanNs)) + "; p99 " + number(handlerP99Ns) + ", max "
                            + number(Math.rint(handlerMaxNs)));
            table.row(
                    "failed exchanges / reference",
                    number(referencesTaken == 0 ? 0 : (double) exchangeFailures / referencesTaken),
                    number(refsLineTransfers) + " transfers of lines with counts");
        }
    }

    /** A violation. */
    record Found(String oracle, String property, int core, double timeUs, String what) {}

    static BpfRunResult of(RunReport report) {
        Violation found = report.violation();
        RunReport.Measured figures = report.measured();
        PatchingCore.Setup text = report.setup().patching();
        PatchingCore.Report patched = report.patching();
        List<String> properties = new ArrayList<>(TimedRun.properties());
        List<String> assumptions = new ArrayList<>(TimedRun.assumptions());
        if (text != null) {
            properties.addAll(PatchingCore.properties());
            assumptions.addAll(TimedRun.assumptions(text));
        }
        return new BpfRunResult(
                found != null ? "violated" : report.isComplete() ? "complete" : "incomplete",
                Setup.of(report.setup()),
                report.elapsedPs() / PS_PER_US,
                figures,
                figures.startsAccepted() == 0 ? 0 : (double) figures.startsExecuted() / figures.startsAccepted(),
                text == null || patched == null ? null : Patching.of(text, patched, figures.nmisInNmi()),
                found == null
                        ? null
                        : new Found(
                                found.oracle(),
                                found.property(),
                                found.core(),
                                found.timePs() / PS_PER_US,
                                found.what()),
                properties,
                assumptions);
    }

    @Override
    public ExitCode exitCode() {
        return violation != null ? ExitCode.VIOLATED : outcome.equals("complete") ? ExitCode.FINE : ExitCode.INCOMPLETE;
    }

    @Override
    public void printText(PrintWriter out) {
        if (violation != null) {
            out.println("VIOLATED: " + violation.property);
            out.println("  " + violation.what);
            out.println("  found by " + violation.oracle + " at " + RunResult.number(violation.timeUs) + " us");
            out.println();
        }
        out.println(setup.form + ", " + setup.workload + " on " + setup.cores + " cores and " + setup.timers
                + " timers: " + RunResult.number(elapsedUs) + " us"
                + (exitCode() == ExitCode.INCOMPLETE ? ", stopped" : "")
                + "; an NMI every " + RunResult.number(setup.nmiPeriodCycles) + " cycles, profile " + setup.profile
                + ", seed " + setup.seed);
        out.println();
        TextTable table = new TextTable().words("").numbers("").words("");
        table.row("operations", number(figures.operations()), "");
        table.row("accepted", number(figures.accepted()), number(figures.acceptedInNmi()) + " of them in NMI");
        table.row("accepted per second", number(Math.rint(figures.acceptedPerSecond())), "of simulated time");
        table.row("executed / accepted", number(executedPerAccepted), "starts");
        figures.rejected().forEach((cause, count) -> table.row("  " + cause, number(count), "rejected"));
        addCommands(table, figures.commands());
        latency(table, "irq_work, ns", figures.irqWork());
        latency(table, "  its handler, ns", figures.commands().handler());
        table.row("IPIs / accepted", number(figures.ipisPerAccepted()), number(figures.works()) + " works");
        table.row(
                "commands / work",
                number(figures.commands().perWork()),
                "most " + number(figures.commands().mostPerWork()));
        table.row("locked RMWs / operation", number(figures.lockedPerOperation()), "");
        table.row("line transfers / operation", number(figures.transfersPerOperation()), "");
        latency(table, "NMI, ns", figures.nmi());
        table.row("waits in NMI", number(figures.waitsInNmi()), "");
        latency(table, "delete to cancel, ns", figures.cancel());
        latency(table, "destroy, ns", figures.destroy());
        table.row("grace periods again", number(figures.gracePeriodRetries()), "the callback still ran");
        table.row("control blocks, most", number(figures.liveMost()), "");
        table.row("callbacks", number(figures.callbacks()), "");
        table.row(
                "after the delete",
                number(figures.lateStarts()),
                "starts, " + number(figures.lateCallbacks()) + " callbacks");
        RunReport.UnderLock lock = figures.underLock();
        table.row(
                "NMIs under a lock",
                number(lock.nmis()),
                number(Math.rint(lock.measuredPerMillion())) + " of a million; time under the lock / period: "
                        + number(Math.rint(lock.formulaPerMillion())));
        if (patching != null) {
            patching.addTo(table);
        }
        out.print(table);
        out.println();
        CheckResult.printList(out, "Watched:", properties);
        out.println();
        CheckResult.printList(out, "Assumed:", assumptions);
    }

    private static void addCommands(TextTable table, RunReport.Commands commands) {
        RunReport.Busy busy = commands.busy();
        long all = busy.writerBelow() + busy.writerElsewhere() + busy.dying() + busy.slotTaken();
        if (all > 0) {
            table.row(
                    "-EBUSY",
                    number(all),
                    "writer below on the same CPU " + number(busy.writerBelow()) + ", on another one "
                            + number(busy.writerElsewhere()) + "; dying " + number(busy.dying()) + ", slot taken "
                            + number(busy.slotTaken()));
        }
        latency(table, "commands, ns", commands.effect());
        table.row(
                "commands overtaken",
                number(commands.overtakenOnOneCpu() + commands.overtakenAcrossCpus()),
                "by later ones, of the same CPU " + number(commands.overtakenOnOneCpu()));
        List<Long> retries = commands.readerRetries();
        if (!retries.isEmpty()) {
            StringJoiner counts = new StringJoiner(", ");
            retries.forEach(count -> counts.add(number(count)));
            long again = retries.stream().skip(1).mapToLong(count -> count).sum();
            table.row("readers that retried", number(again), "by retries, from 0 on: " + counts);
        }
    }

    private static String number(double value) {
        return RunResult.number(value);
    }

    private static void latency(TextTable table, String what, RunReport.Latency latency) {
        table.row(
                what,
                number(latency.p50()),
                "median of " + number(latency.count()) + "; p99 " + number(latency.p99()) + ", max "
                        + number(latency.max()));
    }
}
