package dev.pokesim.cli.command;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.workload.RunReport;
import dev.pokesim.bpf.workload.RunSetup;
import dev.pokesim.bpf.workload.TimedRun;
import dev.pokesim.bpf.workload.TimerWorkload;
import dev.pokesim.cli.console.DurationConverter;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.ProgressReporter;
import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.patcher.kernel.KernelCosts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Option;

/** The options that say what runs in time, besides the form and the cores: shared by {@code bpf run} and {@code bpf compare}. */
final class BpfRunOptions {
    private static final long PS_PER_MS = 1_000_000_000L;
    private static final long PS_PER_US = 1_000_000L;
    private static final int MAX_DURATION_MS = 60_000;
    private static final int MAX_GAP_US = 1_000_000;
    private static final long MAX_PERIOD_CYCLES = 1_000_000_000_000L;

    @Option(
            names = "--timers",
            paramLabel = "K",
            defaultValue = "16",
            description = "Timers that all cores share, up to 256 (default: ${DEFAULT-VALUE}).")
    private int timers;

    @Option(
            names = "--nmi-period",
            paramLabel = "CYCLES",
            defaultValue = "10000",
            description = "Mean time between two NMIs of a core, in cycles of the time-stamp counter "
                    + "(default: ${DEFAULT-VALUE}).")
    private long nmiPeriodCycles;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "5ms",
            converter = DurationConverter.class,
            description = "Simulated time, up to 60s (default: ${DEFAULT-VALUE}).")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--work-gap",
            paramLabel = "US",
            defaultValue = "2",
            description = "Mean microseconds between two programs of a task (default: ${DEFAULT-VALUE}).")
    private int workGapUs;

    @Option(
            names = "--irqs-off",
            paramLabel = "US",
            defaultValue = "0",
            description = "For how many microseconds a task has interrupts off before each program "
                    + "(default: ${DEFAULT-VALUE}).")
    private int irqsOffUs;

    @Option(
            names = "--allocation-failures",
            paramLabel = "N",
            defaultValue = "0",
            description = "How many of a million allocations fail (default: ${DEFAULT-VALUE}).")
    private int failuresPerMillion;

    @Option(
            names = "--profile",
            paramLabel = "NAME|FILE",
            defaultValue = "milan",
            description = "The machine: see poke-sim profile list (default: ${DEFAULT-VALUE}).")
    private String profile = "";

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "What is random follows from it (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** What the options say, on so many cores. */
    RunSetup setup(AsyncForm form, TimerWorkload workload, int cores) {
        requireBetween("--cores", cores, 1, RunSetup.MAX_CORES);
        requireBetween("--timers", timers, 1, 256);
        requireBetween("--nmi-period", nmiPeriodCycles, 1, MAX_PERIOD_CYCLES);
        requireBetween("--work-gap", workGapUs, 0, MAX_GAP_US);
        requireBetween("--irqs-off", irqsOffUs, 0, MAX_GAP_US);
        requireBetween("--allocation-failures", failuresPerMillion, 0, 1_000_000);
        TargetOptions.require(
                duration.toMillis() <= MAX_DURATION_MS,
                "--duration " + duration.toMillis() + "ms is more than " + MAX_DURATION_MS + "ms");
        MachineProfile machine = KernelCosts.profileReader().read(profile);
        return new RunSetup(
                form,
                workload,
                machine,
                cores,
                timers,
                nmiPeriodCycles,
                duration.toMillis() * PS_PER_MS,
                workGapUs * PS_PER_US,
                irqsOffUs * PS_PER_US,
                failuresPerMillion,
                seed);
    }

    private static void requireBetween(String option, long value, long least, long most) {
        TargetOptions.require(
                value >= least && value <= most, option + " " + value + " is not between " + least + " and " + most);
    }

    static AsyncForm form(String typed) {
        return TargetOptions.named("--form", typed, AsyncForms.ALL, AsyncForm::name);
    }

    static TimerWorkload workload(String typed) {
        return TargetOptions.named("--workload", typed, TimerWorkload.ALL, TimerWorkload::name);
    }

    static List<String> names() {
        return TimerWorkload.ALL.stream().map(TimerWorkload::name).toList();
    }

    /** Runs all, in this order, while the user does not want to stop; a run that was stopped is the last one. */
    static List<RunReport> run(List<RunSetup> setups, OutputOptions output) {
        ProgressReporter progress = output.progress();
        BooleanSupplier interrupted = output.stopRequested();
        long whole = setups.stream().mapToLong(RunSetup::durationPs).sum() / PS_PER_US;
        List<RunReport> reports = new ArrayList<>();
        progress.start("simulated us", whole);
        try {
            long before = 0;
            for (RunSetup setup : setups) {
                long so = before;
                RunReport report = TimedRun.execute(setup, nowPs -> {
                    progress.step(so + nowPs / PS_PER_US);
                    return !interrupted.getAsBoolean();
                });
                reports.add(report);
                before += setup.durationPs() / PS_PER_US;
                if (!report.isComplete() && report.violation() == null) {
                    break;
                }
            }
        } finally {
            progress.done();
        }
        return reports;
    }

    /** For help and completion. */
    static final class WorkloadNames extends ArrayList<String> {
        private static final long serialVersionUID = 1;

        WorkloadNames() {
            super(names());
        }
    }
}
