package dev.pokesim.cli.command;

import dev.pokesim.cli.console.CloseMatches;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.coherence.Topology;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import dev.pokesim.patcher.site.ElfInput;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is run: shared by {@code run} and {@code compare}. */
final class RunOptions {
    private static final int DEFAULT_SITES = 164;
    private static final int MAX_REPLICAS = 10_000;

    @Option(
            names = "--cores",
            paramLabel = "N",
            defaultValue = "480",
            description = "Emulated cores, 1 to 4096; core 0 patches (default: ${DEFAULT-VALUE}).")
    private int cores;

    @Option(
            names = "--sites",
            paramLabel = "N",
            description = "Sites to patch; more than 256 are patched in several batches "
                    + "(default: 164 in generated text, all of the key with --input).")
    private @Nullable Integer sites;

    @Option(
            names = "--hot-sites",
            paramLabel = "N",
            description = "How many of them the cores execute (default: as the scenario says).")
    private @Nullable Integer hotSites;

    @Option(
            names = "--call-sites",
            paramLabel = "PERCENT",
            defaultValue = "0",
            description = "Generated text: share of CALLs among the sites, redirected as static calls are.")
    private int callPercent;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Patch a kernel, program, object or module instead of generated text; needs --key.")
    private @Nullable Path input;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            description = "The static key of --input to flip: its name or address.")
    private @Nullable String key;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            defaultValue = "text-poke-batch",
            description = "How to patch; the broken-... ones show what each step is for (default: ${DEFAULT-VALUE}).")
    private String protocol = "";

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
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of every random choice; the same seed gives the same bytes (default: ${DEFAULT-VALUE}).")
    private long seed;

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
        require(
                cores >= 1 && cores <= Topology.MAX_CORES,
                "--cores " + cores + " is not between 1 and " + Topology.MAX_CORES);
        require(
                replicas >= 1 && replicas <= MAX_REPLICAS,
                "--replicas " + replicas + " is not between 1 and " + MAX_REPLICAS);
        require(callPercent >= 0 && callPercent <= 100, "--call-sites " + callPercent + " is not between 0 and 100");
        PatchProtocol chosen = named("--protocol", protocol, PatchProtocols.ALL, PatchProtocol::name);
        FetchMode mode = named("--fetch", fetch, Arrays.asList(FetchMode.values()), FetchMode::optionName);
        MachineProfile machine = KernelCosts.profileReader().read(profile);
        Scenario workload = ScenarioReader.read(scenario);
        PatchTarget target = input == null ? generated() : ofInput(input);
        int places = target.places().size();
        int hot = hotSites == null ? workload.hotSitesOf(places) : hotSites;
        require(hot >= 0 && hot <= places, "--hot-sites " + hot + " is not between 0 and the " + places + " sites");
        return LongStream.range(seed, seed + replicas)
                .mapToObj(each -> new RunSetup(target, cores, chosen, refs, machine, workload, hot, mode, each))
                .toList();
    }

    private PatchTarget generated() {
        require(key == null, "--key needs --input FILE: generated text has one key only");
        int count = sites == null ? DEFAULT_SITES : sites;
        require(
                count >= 1 && count <= GeneratedText.MAX_SITES,
                "--sites " + count + " is not between 1 and " + GeneratedText.MAX_SITES);
        return PatchTarget.of(new GeneratedText(new GeneratedText.Mix(count, callPercent), seed));
    }

    private PatchTarget ofInput(Path file) {
        try {
            LoadedImage image = ElfInput.of(file).load();
            if (key == null) {
                throw new UserError(
                        "--input needs --key KEY; list the keys of " + file + " with poke-sim sites " + file);
            }
            KeySites chosen = KeyChoice.one(image, key);
            PatchTarget target = PatchTarget.ofKey(image, chosen);
            int count = sites == null ? target.places().size() : sites;
            require(
                    count >= 1 && count <= target.places().size(),
                    "--sites " + count + ": key " + key + " of " + file + " has "
                            + target.places().size() + " sites to patch");
            return target.first(count);
        } catch (InvalidInput invalid) {
            throw new UserError(invalid.getMessage(), invalid);
        }
    }

    /**
     * The one of that name.
     *
     * @throws UserError if there is none, with the names that there are
     */
    static <T> T named(String option, String typed, List<T> all, Function<T, String> name) {
        return all.stream()
                .filter(one -> name.apply(one).equals(typed))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> names = all.stream().map(name).toList();
                    String question = CloseMatches.question(typed, names);
                    return new UserError(option + ": no " + typed
                            + (question.isEmpty() ? "; one of " + String.join(", ", names) : question));
                });
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new UserError(otherwise);
        }
    }
}
