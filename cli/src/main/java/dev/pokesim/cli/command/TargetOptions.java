package dev.pokesim.cli.command;

import dev.pokesim.cli.console.CloseMatches;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.coherence.Topology;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.schedule.TextOrigin;
import dev.pokesim.patcher.site.ElfInput;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.site.KeySites;
import dev.pokesim.patcher.site.LoadedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say what is patched, how, and among how many cores: shared by all commands that patch. */
final class TargetOptions {
    private static final int DEFAULT_SITES = 164;

    @Option(
            names = "--cores",
            paramLabel = "N",
            defaultValue = "480",
            description = "Cores, up to 4096; core 0 patches (default: ${DEFAULT-VALUE}).")
    private int cores;

    @Option(
            names = "--sites",
            paramLabel = "N",
            description = "Sites to patch; more than 256 are patched in several batches "
                    + "(default: 164 in generated text, all of the key with --input).")
    private @Nullable Integer sites;

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
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of every random choice; the same seed gives the same bytes (default: ${DEFAULT-VALUE}).")
    private long seed;

    /**
     * How many cores.
     *
     * @throws UserError if there are fewer than {@code fewest} or more than the machine can have
     */
    int cores(int fewest) {
        require(
                cores >= fewest && cores <= Topology.MAX_CORES,
                "--cores " + cores + " is not between " + fewest + " and " + Topology.MAX_CORES);
        return cores;
    }

    /**
     * How to patch.
     *
     * @throws UserError if there is no such protocol
     */
    PatchProtocol protocol() {
        return named("--protocol", protocol, PatchProtocols.ALL, PatchProtocol::name);
    }

    /** Of generated text, and the first one of a run. */
    long seed() {
        return seed;
    }

    /**
     * What is patched.
     *
     * @throws UserError if an option is wrong
     */
    PatchTarget target() {
        return target(sites);
    }

    /**
     * The first sites of what {@link #target()} would be; of all sites of a key if it has fewer than {@code most}.
     *
     * @throws UserError if an option is wrong
     */
    PatchTarget upTo(int most) {
        PatchTarget whole = target(input == null ? (Integer) most : null);
        return whole.first(Math.min(most, whole.places().size()));
    }

    /**
     * All of what {@link #target()} has the first sites of.
     *
     * @throws UserError if an option is wrong
     */
    PatchTarget wholeKey() {
        return target(null);
    }

    /** How many sites are asked for. */
    int sites(int otherwise) {
        return sites == null ? otherwise : sites;
    }

    /** What {@link #target()}, or {@link #upTo}, has made its places from. */
    TextOrigin origin(PatchTarget made) {
        return input == null
                ? new TextOrigin.Generated(new GeneratedText.Mix(made.places().size(), callPercent), seed)
                : new TextOrigin.Input(input.toString(), made.key());
    }

    private PatchTarget target(@Nullable Integer wanted) {
        require(callPercent >= 0 && callPercent <= 100, "--call-sites " + callPercent + " is not between 0 and 100");
        return input == null ? generated(wanted) : ofInput(input, wanted);
    }

    private PatchTarget generated(@Nullable Integer wanted) {
        require(key == null, "--key needs --input FILE: generated text has one key only");
        int count = wanted == null ? DEFAULT_SITES : wanted;
        require(
                count >= 1 && count <= GeneratedText.MAX_SITES,
                "--sites " + count + " is not between 1 and " + GeneratedText.MAX_SITES);
        return PatchTarget.of(new GeneratedText(new GeneratedText.Mix(count, callPercent), seed));
    }

    private PatchTarget ofInput(Path file, @Nullable Integer wanted) {
        try {
            LoadedImage image = ElfInput.of(file).load();
            if (key == null) {
                throw new UserError(
                        "--input needs --key KEY; list the keys of " + file + " with poke-sim sites " + file);
            }
            KeySites chosen = KeyChoice.one(image, key);
            PatchTarget target = PatchTarget.ofKey(image, chosen);
            int count = wanted == null ? target.places().size() : wanted;
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

    static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new UserError(otherwise);
        }
    }
}
