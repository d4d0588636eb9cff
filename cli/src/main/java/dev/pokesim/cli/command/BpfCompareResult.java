package dev.pokesim.cli.command;

import dev.pokesim.bpf.workload.RunReport;
import dev.pokesim.bpf.workload.TimedRun;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import java.io.PrintWriter;
import java.util.List;

/**
 * What {@code poke-sim bpf compare} prints: a row per run.
 *
 * @param againstCores operations per second
 * @param againstContention the same cores share fewer and fewer timers
 * @param againstIrqsOff tasks have interrupts off for a time before each program
 * @param isComplete false if it was stopped
 */
record BpfCompareResult(
        List<Row> againstCores,
        List<Row> againstContention,
        List<Row> againstIrqsOff,
        boolean isComplete,
        List<String> assumptions)
        implements Report {
    /**
     * A run.
     *
     * @param outcome complete, violated or incomplete
     * @param contention cores over timers
     * @param busyShare of all operations
     * @param noMemoryShare of all operations
     * @param nmisUnderLockPerMillion NMIs that came while their core held the lock of a base: with an unguarded lock each is a deadlock
     * @param formulaPerMillion what the time under the lock over the period of the NMIs says
     */
    record Row(
            String form,
            String outcome,
            int cores,
            int timers,
            double contention,
            double irqsOffUs,
            double acceptedPerSecond,
            double busyShare,
            double noMemoryShare,
            double executedPerAccepted,
            double irqWorkP50Us,
            double irqWorkP99Us,
            double nmiP99Us,
            double nmisUnderLockPerMillion,
            double formulaPerMillion) {
        static Row of(RunReport report) {
            BpfRunResult result = BpfRunResult.of(report);
            RunReport.Measured figures = report.measured();
            return new Row(
                    result.setup().form(),
                    result.outcome(),
                    result.setup().cores(),
                    result.setup().timers(),
                    (double) result.setup().cores() / result.setup().timers(),
                    result.setup().irqsOffUs(),
                    Math.rint(figures.acceptedPerSecond()),
                    figures.share("-EBUSY"),
                    figures.share("-ENOMEM"),
                    result.executedPerAccepted(),
                    figures.irqWork().p50() / 1e3,
                    figures.irqWork().p99() / 1e3,
                    figures.nmi().p99() / 1e3,
                    Math.rint(figures.underLock().measuredPerMillion()),
                    Math.rint(figures.underLock().formulaPerMillion()));
        }
    }

    /**
     * @param reports those against cores, against contention, against time with interrupts off
     * @param planned how many there should be
     * @param first how many are against cores
     * @param second where those against contention end
     */
    static BpfCompareResult of(List<RunReport> reports, int planned, int first, int second) {
        List<Row> rows = reports.stream().map(Row::of).toList();
        return new BpfCompareResult(
                part(rows, 0, first),
                part(rows, first, second),
                part(rows, second, planned),
                rows.size() == planned && reports.stream().allMatch(one -> one.isComplete() || one.violation() != null),
                TimedRun.assumptions());
    }

    private static List<Row> part(List<Row> rows, int from, int to) {
        return List.copyOf(rows.subList(Math.min(from, rows.size()), Math.min(to, rows.size())));
    }

    @Override
    public ExitCode exitCode() {
        boolean isViolated = java.util.stream.Stream.of(againstCores, againstContention, againstIrqsOff)
                .flatMap(List::stream)
                .anyMatch(row -> row.outcome.equals("violated"));
        return isViolated ? ExitCode.VIOLATED : isComplete ? ExitCode.FINE : ExitCode.INCOMPLETE;
    }

    @Override
    public void printText(PrintWriter out) {
        out.println("Operations per second against cores:");
        out.println();
        TextTable cores = new TextTable()
                .numbers("cores")
                .words("form")
                .numbers("accepted / s")
                .numbers("-EBUSY")
                .numbers("-ENOMEM")
                .numbers("executed / accepted")
                .numbers("irq_work p50, us")
                .numbers("p99, us")
                .numbers("NMI p99, us")
                .numbers("NMIs under a lock, of a million")
                .numbers("formula")
                .words("");
        for (Row row : againstCores) {
            cores.row(
                    row.cores,
                    row.form,
                    RunResult.number(row.acceptedPerSecond),
                    percent(row.busyShare),
                    percent(row.noMemoryShare),
                    RunResult.number(row.executedPerAccepted),
                    RunResult.number(row.irqWorkP50Us),
                    RunResult.number(row.irqWorkP99Us),
                    RunResult.number(row.nmiP99Us),
                    RunResult.number(row.nmisUnderLockPerMillion),
                    RunResult.number(row.formulaPerMillion),
                    outcome(row));
        }
        out.print(cores);
        out.println();
        out.println("-EBUSY against contention:");
        out.println();
        TextTable contention = new TextTable()
                .numbers("cores / timers")
                .words("form")
                .numbers("-EBUSY")
                .numbers("accepted / s")
                .words("");
        for (Row row : againstContention) {
            contention.row(
                    RunResult.number(row.contention),
                    row.form,
                    percent(row.busyShare),
                    RunResult.number(row.acceptedPerSecond),
                    outcome(row));
        }
        out.print(contention);
        out.println();
        out.println("irq_work against the time with interrupts off:");
        out.println();
        TextTable irqsOff = new TextTable()
                .numbers("off, us")
                .words("form")
                .numbers("irq_work p50, us")
                .numbers("p99, us")
                .words("");
        for (Row row : againstIrqsOff) {
            irqsOff.row(
                    RunResult.number(row.irqsOffUs),
                    row.form,
                    RunResult.number(row.irqWorkP50Us),
                    RunResult.number(row.irqWorkP99Us),
                    outcome(row));
        }
        out.print(irqsOff);
        out.println();
        CheckResult.printList(out, "Assumed:", assumptions);
    }

    private static String outcome(Row row) {
        return row.outcome.equals("complete") ? "" : row.outcome;
    }

    private static String percent(double share) {
        return RunResult.number(share * 100) + " %";
    }
}
