package dev.pokesim.cli.command;

import dev.pokesim.bpf.workload.RunSetup;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.OutputOptions;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code poke-sim bpf run}: timers on many cores in simulated time. */
@Command(
        name = "run",
        description = {
            "Start, cancel and delete BPF timers on many cores while NMIs do the same, in simulated time, and tell what it cost.",
            "Properties are watched at every step; the first violation ends the run with status 1.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim bpf run --form merged --cores 64 --nmi-period 10000 --duration 50ms",
            "  poke-sim bpf run --form v6 --workload delete-race --cores 4 --duration 4ms",
            "  poke-sim bpf run --workload task-only --cores 8 --format json",
            "  poke-sim bpf run --irqs-off 20 --allocation-failures 1000",
            "  poke-sim bpf run --workload wq --cores 8",
            "  poke-sim bpf run --cores 16 --nmi-period 100000 --patch-sites 164",
            "  poke-sim bpf run --patch-sites 64 --patch-protocol broken-refs-late"
        })
public final class BpfRunCommand implements Callable<Integer> {
    @Option(
            names = "--form",
            paramLabel = "NAME",
            defaultValue = "merged",
            completionCandidates = BpfCheckCommand.FormNames.class,
            description = "The form: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private String form = "";

    @Option(
            names = "--workload",
            paramLabel = "NAME",
            defaultValue = "storm",
            completionCandidates = BpfRunOptions.WorkloadNames.class,
            description = "What tasks and NMIs do: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private String workload = "";

    @Option(
            names = "--cores",
            paramLabel = "N",
            defaultValue = "4",
            description = "Cores, up to 510; two more do works and wait for grace periods (default: ${DEFAULT-VALUE}).")
    private int cores;

    @Mixin
    private final BpfPatchOptions patch = new BpfPatchOptions();

    @Mixin
    private final BpfRunOptions run = new BpfRunOptions();

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public BpfRunCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        RunSetup setup = patch.add(run.setup(BpfRunOptions.form(form), BpfRunOptions.workload(workload), cores));
        return output.print(BpfRunResult.of(
                        BpfRunOptions.run(List.of(setup), output).get(0)))
                .exitCode()
                .value();
    }
}
