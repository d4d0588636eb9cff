package dev.pokesim.cli.command;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.workload.RunReport;
import dev.pokesim.bpf.workload.RunSetup;
import dev.pokesim.bpf.workload.TimerWorkload;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.OutputOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code poke-sim bpf compare}: the forms side by side. */
@Command(
        name = "compare",
        description = {
            "Run the same work with each form: operations per second against cores, -EBUSY against contention, the latency of irq_work",
            "against the time with interrupts off, and what would become of NMIs that took a lock.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim bpf compare --cores 1,2,4,8,16,64 --plot ops.svg",
            "  poke-sim bpf compare --cores 2,8 --nmi-period 100000 --format json"
        })
public final class BpfCompareCommand implements Callable<Integer> {
    /** The forms that were meant to be used. */
    private static final List<String> FORMS = List.of("locked", "v6", "merged");
    /** Contention: so many cores share so many timers. */
    private static final int CONTENDING_CORES = 8;

    private static final List<Integer> TIMERS = List.of(1, 2, 4, 8, 16, 32);
    private static final int IRQS_OFF_CORES = 4;
    private static final List<Integer> IRQS_OFF_US = List.of(0, 2, 5, 10, 20, 50);

    @Option(
            names = "--cores",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,2,4,8,16,64",
            description = "Numbers of cores, up to 510 (default: ${DEFAULT-VALUE}).")
    private List<Integer> cores = List.of();

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            defaultValue = "async-cancel",
            completionCandidates = BpfRunOptions.WorkloadNames.class,
            description = "What tasks and NMIs do: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}, which "
                    + "deletes nothing, so that v6 lasts).")
    private String workload = "";

    @Option(
            names = "--plot",
            paramLabel = "FILE",
            description = "Draw the tables into FILE, which ends with .svg or .png.")
    private @Nullable Path plot;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private final BpfRunOptions run = new BpfRunOptions();

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public BpfCompareCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        TargetOptions.require(cores.size() <= 32, "--cores names more than 32 numbers");
        if (plot != null) {
            PlotOptions.requirePlot(plot);
        }
        TimerWorkload work = BpfRunOptions.workload(workload);
        List<AsyncForm> forms = FORMS.stream()
                .flatMap(name ->
                        AsyncForms.ALL.stream().filter(form -> form.name().equals(name)))
                .toList();
        List<RunSetup> setups = new ArrayList<>();
        each(setups, forms, cores, form -> count -> run.setup(form, work, count));
        each(
                setups,
                forms,
                TIMERS,
                form -> count -> run.setup(form, work, CONTENDING_CORES).withTimers(count));
        each(
                setups,
                forms,
                IRQS_OFF_US,
                form -> us -> run.setup(form, work, IRQS_OFF_CORES).withIrqsOff(us * 1_000_000L));
        List<RunReport> reports = BpfRunOptions.run(setups, output);
        int first = cores.size() * forms.size();
        int second = first + TIMERS.size() * forms.size();
        BpfCompareResult result = BpfCompareResult.of(reports, setups.size(), first, second);
        if (plot != null) {
            PlotOptions.put(plot, BpfComparePictures.of(result), spec);
        }
        return output.print(result).exitCode().value();
    }

    private static void each(
            List<RunSetup> setups,
            List<AsyncForm> forms,
            List<Integer> values,
            Function<AsyncForm, IntFunction<RunSetup>> of) {
        for (int value : values) {
            for (AsyncForm form : forms) {
                setups.add(of.apply(form).apply(value));
            }
        }
    }
}
