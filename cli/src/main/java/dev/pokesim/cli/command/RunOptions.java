package dev.pokesim.cli.command;

import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.run.GuestRun;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import dev.pokesim.patcher.schedule.RunOrigin;
import dev.pokesim.patcher.site.KernelImage;
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
            description =
                    "How many of them the cores execute (default: as the scenario says; 0 for a kernel without --guest, whose "
                            + "functions need the kernel around them).")
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
        PatchTarget patched = target.target();
        int places = patched.places().size();
        boolean isKernel = KernelImage.of(patched.image()).isPresent();
        return setups(refs, patched, isKernel ? 0 : places, places, "the " + places + " sites");
    }

    /** Where the parts of such a setup come from. */
    RunOrigin origin(RunSetup setup) {
        return new RunOrigin(target.origin(setup.target()), profile, scenario);
    }

    /**
     * What a kernel's own code is run with.
     *
     * @param kernel booted
     */
    record Guest(GuestKernel kernel, List<RunSetup> setups) {}

    /**
     * The setups of all replicas for a kernel that patches itself.
     *
     * @throws UserError if an option is wrong, or the input cannot run as a guest
     */
    Guest guest() {
        PatchTarget patched = target.target();
        GuestKernel kernel = GuestOptions.boot(patched.image());
        int callable = GuestRun.callable(kernel, patched).size();
        // up to 2025 one count for all: what kernels with these symbols have
        return new Guest(
                kernel,
                setups(
                        new GlobalRefs(),
                        patched,
                        callable,
                        callable,
                        "the " + callable + " functions with a site that cores can call in a guest kernel"));
    }

    /**
     * @param usuallyMost how many sites are hot at most if nobody says how many: 0 for a kernel that is not a guest
     * @param mostHot how many sites can be hot
     * @param ofWhat what those are
     */
    private List<RunSetup> setups(Refs refs, PatchTarget patched, int usuallyMost, int mostHot, String ofWhat) {
        TargetOptions.require(
                replicas >= 1 && replicas <= MAX_REPLICAS,
                "--replicas " + replicas + " is not between 1 and " + MAX_REPLICAS);
        int cores = target.cores(1);
        PatchProtocol protocol = target.protocol();
        FetchMode mode =
                TargetOptions.named("--fetch", fetch, Arrays.asList(FetchMode.values()), FetchMode::optionName);
        MachineProfile machine = KernelCosts.profileReader().read(profile);
        Scenario workload = ScenarioReader.read(scenario);
        int usual = Math.min(workload.hotSitesOf(patched.places().size()), usuallyMost);
        int hot = hotSites == null ? usual : hotSites;
        TargetOptions.require(hot >= 0 && hot <= mostHot, "--hot-sites " + hot + " is not between 0 and " + ofWhat);
        return LongStream.range(target.seed(), target.seed() + replicas)
                .mapToObj(each -> new RunSetup(patched, cores, protocol, refs, machine, workload, hot, mode, each))
                .toList();
    }
}
