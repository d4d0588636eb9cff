package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.run.RunReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code poke-sim compare}: one shared reference count against one per CPU, with the published figures beside them. */
@Command(
        name = "compare",
        description = {
            "Run the same patching with one shared reference count and with one per CPU.",
            "Where the report that started this has a figure for that many sites, it stands beside.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim compare --cores 480 --sites 164",
            "  poke-sim compare --cores 480 --sites 2",
            "  poke-sim compare --cores 480 --sites 164 --replicas 20 --profile mid",
            "  poke-sim compare --cores 480 --sites 164 --report storm.html"
        })
public final class CompareCommand implements Callable<Integer> {
    @Mixin
    private final RunOptions run = new RunOptions();

    @Mixin
    private final PlotOptions plots = new PlotOptions();

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public CompareCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        boolean drawn = plots.areWanted();
        List<RunResult> results = new ArrayList<>();
        List<RunPicture> pictures = new ArrayList<>();
        for (Refs refs : List.of(new GlobalRefs(), new PerCpuRefs())) {
            RecordedRuns runs = new RecordedRuns(run.setups(refs), drawn);
            List<RunReport> reports = Replicas.run(
                    "patching, references " + refs.name(),
                    runs.setups(),
                    output,
                    (setup, progress) -> runs.start(setup).run(progress));
            RunResult result = RunResult.of(runs.setups(), reports);
            results.add(result);
            if (drawn) {
                pictures.add(runs.picture(result, reports));
            }
        }
        CompareResult compared = output.print(CompareResult.of(results));
        if (drawn) {
            plots.write(pictures, compared);
        }
        return compared.exitCode().value();
    }
}
