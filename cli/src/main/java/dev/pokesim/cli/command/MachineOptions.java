package dev.pokesim.cli.command;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.explore.PctScheduler;
import dev.pokesim.emulator.explore.PosScheduler;
import dev.pokesim.emulator.explore.SamplingSearch;
import dev.pokesim.emulator.explore.StarvingScheduler;
import dev.pokesim.emulator.explore.UniformScheduler;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of {@code check --machine}: how the real machine is explored. */
final class MachineOptions {
    private static final int MAX_PASSES = 1000;
    private static final int MAX_NMIS = 8;
    private static final int MAX_RUNS = 10_000_000;
    private static final int MAX_DEPTH = 3;

    /** How orders are chosen. */
    enum Strategy {
        EXHAUSTIVE,
        PCT,
        POS,
        RANDOM,
        STARVE,
        PORTFOLIO;

        String optionName() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    @Option(
            names = "--machine",
            description = "Explore the machine itself, micro-op by micro-op, instead of the protocol's steps: "
                    + "2 cores and 1 site unless told otherwise.")
    private boolean machine;

    @Mixin
    private final GuestOptions guest = new GuestOptions();

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            description = "--machine: exhaustive, or samples by pct, pos, random, starve or a portfolio of them "
                    + "(default: exhaustive).")
    private @Nullable String strategy;

    @Option(
            names = "--depth",
            paramLabel = "D",
            description = "--strategy pct: how many ordering constraints a bug has, 1 to 3 (default: 3).")
    private @Nullable Integer depth;

    @Option(names = "--runs", paramLabel = "N", description = "Samples: how many runs (default: 1000).")
    private @Nullable Integer runs;

    @Option(
            names = "--passes",
            paramLabel = "N",
            description = "--machine: how often each core but core 0 calls a function with a site "
                    + "(default: 2, with --guest 1).")
    private @Nullable Integer passes;

    @Option(
            names = "--nmis",
            paramLabel = "N",
            description = "--machine: how many NMIs may hit each core; each runs over a site, too (default: 0).")
    private @Nullable Integer nmis;

    /**
     * Whether the machine is explored.
     *
     * @throws UserError if it is not and one of the other options is there, or if these contradict each other
     */
    boolean isAsked() {
        boolean isAsked = machine || guest.isAsked();
        if (!isAsked) {
            refuse("--strategy", strategy, "--machine");
            refuse("--passes", passes, "--machine");
            refuse("--nmis", nmis, "--machine");
        }
        if (!isAsked || strategy() == Strategy.EXHAUSTIVE) {
            refuse("--runs", runs, "--machine and a --strategy that samples");
        }
        if (!isAsked || strategy() != Strategy.PCT) {
            refuse("--depth", depth, "--machine --strategy pct");
        }
        return isAsked;
    }

    /** Whether the machine runs a kernel's own patcher and handler, and how. */
    GuestOptions guest() {
        return guest;
    }

    private static void refuse(String option, @Nullable Object value, String needed) {
        TargetOptions.require(value == null, option + " needs " + needed);
    }

    Strategy strategy() {
        return strategy == null
                ? Strategy.EXHAUSTIVE
                : TargetOptions.named("--strategy", strategy, Arrays.asList(Strategy.values()), Strategy::optionName);
    }

    int depth() {
        return between("--depth", depth, MAX_DEPTH, 1, MAX_DEPTH);
    }

    int runs() {
        return between("--runs", runs, 1000, 1, MAX_RUNS);
    }

    int passes() {
        return between("--passes", passes, guest.isAsked() ? 1 : 2, 1, MAX_PASSES);
    }

    int nmis() {
        return between("--nmis", nmis, 0, 0, MAX_NMIS);
    }

    private static int between(String option, @Nullable Integer value, int otherwise, int least, int most) {
        TargetOptions.require(
                value == null || value >= least && value <= most,
                option + " " + value + " is not between " + least + " and " + most);
        return value == null ? otherwise : value;
    }

    /** The schedulers of a strategy that samples. */
    SamplingSearch.Schedulers schedulers() {
        int bound = depth();
        return switch (strategy()) {
            case PCT -> (run, longest, random) -> new PctScheduler(bound, longest, random);
            case POS -> (run, longest, random) -> new PosScheduler(random);
            case RANDOM -> (run, longest, random) -> new UniformScheduler(random);
            case STARVE -> (run, longest, random) -> new StarvingScheduler(longest, random);
            case PORTFOLIO -> SamplingSearch.PORTFOLIO;
            case EXHAUSTIVE -> throw new IllegalStateException("exhaustive search has no scheduler");
        };
    }
}
