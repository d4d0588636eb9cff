package dev.pokesim.cli.command;

import dev.pokesim.bpf.workload.RunReport;
import dev.pokesim.bpf.workload.RunSetup;
import dev.pokesim.bpf.workload.TimedRun;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.patcher.check.Violation;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim bpf run} prints. Times of {@code figures} are nanoseconds.
 *
 * @param outcome complete, violated or incomplete
 * @param elapsedUs simulated
 * @param executedPerAccepted timers queued over starts accepted
 * @param violation null if nothing was violated
 */
record BpfRunResult(
        String outcome,
        Setup setup,
        double elapsedUs,
        RunReport.Measured figures,
        double executedPerAccepted,
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

    /** A violation. */
    record Found(String oracle, String property, int core, double timeUs, String what) {}

    static BpfRunResult of(RunReport report) {
        Violation found = report.violation();
        RunReport.Measured figures = report.measured();
        return new BpfRunResult(
                found != null ? "violated" : report.isComplete() ? "complete" : "incomplete",
                Setup.of(report.setup()),
                report.elapsedPs() / PS_PER_US,
                figures,
                figures.startsAccepted() == 0 ? 0 : (double) figures.startsExecuted() / figures.startsAccepted(),
                found == null
                        ? null
                        : new Found(
                                found.oracle(),
                                found.property(),
                                found.core(),
                                found.timePs() / PS_PER_US,
                                found.what()),
                TimedRun.properties(),
                TimedRun.assumptions());
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
        latency(table, "irq_work, ns", figures.irqWork());
        table.row("IPIs / accepted", number(figures.ipisPerAccepted()), number(figures.works()) + " works");
        table.row("locked RMWs / operation", number(figures.lockedPerOperation()), "");
        table.row("line transfers / operation", number(figures.transfersPerOperation()), "");
        latency(table, "NMI, ns", figures.nmi());
        table.row("waits in NMI", number(figures.waitsInNmi()), "");
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
        out.print(table);
        out.println();
        CheckResult.printList(out, "Watched:", properties);
        out.println();
        CheckResult.printList(out, "Assumed:", assumptions);
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
