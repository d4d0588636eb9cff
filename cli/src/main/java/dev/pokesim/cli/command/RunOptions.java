package dev.pokesim.cli.command;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what is run, besides what is patched: shared by {@code run} and {@code compare}. */
final class RunOptions {
    private static final int MAX_REPLICAS = 10_000;

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(
            names = "--hot-sites",
            paramLabel = "N",
            description = "How many of them the cores execute (default: as the scenario says).")
    private @Nullable Integer hotSites;

    @Option(
            names = "--profile",
            paramLabel = "NAME|FILE",
            defaultValue = "milan",
            description = "The machine: see poke-sim profile list (default: ${DEFAULT-VALUE}).")
    private String profile = "";

    @Option(
            names = "--scenario",
            paramLabel = "NAME|FILE",
            defaultValue = "busy-server",
            description = "What the cores do meanwhile: see poke-sim profile list (default: ${DEFAULT-VALUE}).")
    private String scenario = "";

    @Option(
            names = "--fetch",
            paramLabel = "MODE",
            defaultValue = "window",
            description = "How stale fetched text may be: coherent, two-reads, line, quadword, window or erratum "
                    + "(default: ${DEFAULT-VALUE}).")
    private String fetch = "";

    @Option(
            names = "--replicas",
            paramLabel = "K",
            defaultValue = "1",
            description = "Run K seeds, from --seed on, and give medians and percentiles (default: ${DEFAULT-VALUE}).")
    private int replicas;

    /**
     * The setups of all replicas for a way to count references.
     *
     * @throws UserError if an option is wrong
     */
    List<RunSetup> setups(Refs refs) {
        TargetOptions.require(
                replicas >= 1 && replicas <= MAX_REPLICAS,
                "--replicas " + replicas + " is not between 1 and " + MAX_REPLICAS);
        int cores = target.cores(1);
        PatchProtocol protocol = target.protocol();
        FetchMode mode =
                TargetOptions.named("--fetch", fetch, Arrays.asList(FetchMode.values()), FetchMode::optionName);
        MachineProfile machine = KernelCosts.profileReader().read(profile);
        Scenario workload = ScenarioReader.read(scenario);
        PatchTarget patched = target.target();
        int places = patched.places().size();
        int hot = hotSites == null ? workload.hotSitesOf(places) : hotSites;
        TargetOptions.require(
                hot >= 0 && hot <= places, "--hot-sites " + hot + " is not between 0 and the " + places + " sites");
        return LongStream.range(target.seed(), target.seed() + replicas)
                .mapToObj(each -> new RunSetup(patched, cores, protocol, refs, machine, workload, hot, mode, each))
                .toList();
    }
}
