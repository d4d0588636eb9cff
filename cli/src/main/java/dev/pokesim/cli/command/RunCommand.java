package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.run.GuestRun;
import dev.pokesim.patcher.run.PatchRun;
import dev.pokesim.patcher.run.RunReport;
import dev.pokesim.patcher.run.RunTrace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code poke-sim run}: patches text while many cores run through it, in simulated time. */
@Command(
        name = "run",
        description = {
            "Patch text on one core while the others run through it, and tell what it cost.",
            "Oracles watch every step; the first violation ends the run with status 1.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim run --cores 480 --sites 164",
            "  poke-sim run --cores 480 --sites 164 --refs global --replicas 20",
            "  poke-sim run --input testdata/elf/statickeys.elf --key stats_key --hot-sites 2",
            "  poke-sim run --cores 64 --protocol broken-no-second-sync",
            "  poke-sim run --input vmlinuz --key bpf_stats_enabled_key --cores 8 --guest",
            "  poke-sim run --cores 480 --trace storm.trace --trace-level memory",
            "  poke-sim run --cores 480 --refs global --plot storm.svg --report storm.html",
            "  poke-sim run --input vmlinuz --key KEY --cores 64 --guest --mutate skip-refs"
        })
public final class RunCommand implements Callable<Integer> {
    @Mixin
    private final RunOptions run = new RunOptions();

    @Option(
            names = "--refs",
            paramLabel = "SCHEME",
            defaultValue = "percpu",
            description = "How handlers count references: percpu, global (the kernel of 2022 to 2025) or "
                    + "global-fetch-add (what if) (default: ${DEFAULT-VALUE}).")
    private String refs = "";

    @Mixin
    private final GuestOptions guest = new GuestOptions();

    @Mixin
    private final TraceOptions trace = new TraceOptions();

    @Mixin
    private final PlotOptions plots = new PlotOptions();

    @Mixin
    private final OutputOptions output;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** The command, printing to this console. */
    public RunCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        try {
            return guest.isAsked() ? callGuest() : callRoutines();
        } catch (IOException | UncheckedIOException failed) {
            output.console().errorLine("poke-sim: " + trace.whyNotWritten(failed));
            return ExitCode.INCOMPLETE.value();
        }
    }

    private int callRoutines() throws IOException {
        Refs scheme = TargetOptions.named("--refs", refs, RefsSchemes.ALL, Refs::name);
        RecordedRuns runs = new RecordedRuns(run.setups(scheme), plots.areWanted());
        List<RunReport> reports = trace.run(
                runs.setups(),
                (setup, recorded, progress) -> {
                    PatchRun one = runs.start(setup);
                    return (recorded == null ? one : one.record(recorded)).run(progress);
                },
                (setup, level, command, out) ->
                        new RunTrace(setup, level, command, run.origin(setup).words(setup), out),
                output,
                spec.commandLine().getParseResult().originalArgs());
        return told(RunResult.of(runs.setups(), reports), runs, reports);
    }

    private int callGuest() throws IOException {
        GuestOptions.require(spec.commandLine().getParseResult(), List.of("--refs", "--protocol", "--sites"));
        boolean drawn = plots.areWanted();
        RunOptions.Guest guests = run.guest();
        RecordedRuns runs = new RecordedRuns(guests.setups(), drawn);
        List<RunReport> reports = trace.run(
                runs.setups(),
                (setup, recorded, progress) -> {
                    GuestRun one = runs.start(guests.kernel(), guest.mutation(), setup);
                    return (recorded == null ? one : one.record(recorded)).run(progress);
                },
                (setup, level, command, out) -> RunTrace.ofGuest(guests.kernel(), setup, level, command, out),
                output,
                spec.commandLine().getParseResult().originalArgs());
        return told(RunResult.ofGuest(guests.setups(), reports), runs, reports);
    }

    private int told(RunResult result, RecordedRuns runs, List<RunReport> reports) {
        output.print(result);
        if (plots.areWanted()) {
            plots.write(runs.picture(result, reports));
        }
        return result.exitCode().value();
    }
}
