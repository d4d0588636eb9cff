package dev.pokesim.cli.command;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.guest.GuestStopped;
import dev.pokesim.patcher.guest.KernelMutation;
import dev.pokesim.patcher.run.GuestModel;
import dev.pokesim.patcher.run.GuestRun;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.site.LoadedImage;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The options that let a kernel patch itself: shared by {@code run} and {@code check}. */
final class GuestOptions {
    @Option(
            names = "--guest",
            description =
                    "Let the kernel of --input patch itself: its own patcher and INT3 handler run as they are in the "
                            + "image. How it patches and counts references is up to it.")
    private boolean guest;

    @Option(
            names = "--mutate",
            paramLabel = "WHAT",
            description =
                    "--guest: make it do something wrong, from outside of its code: skip-sync=1, 2 or 3, skip-refs or "
                            + "tail-first.")
    private @Nullable String mutation;

    /**
     * Whether a kernel patches itself.
     *
     * @throws UserError if it does not and shall do so wrongly
     */
    boolean isAsked() {
        TargetOptions.require(guest || mutation == null, "--mutate needs --guest");
        return guest;
    }

    /** What it does wrong. */
    KernelMutation mutation() {
        return mutation == null
                ? KernelMutation.NONE
                : TargetOptions.named(
                        "--mutate",
                        mutation,
                        Stream.concat(KernelMutation.all().stream(), Stream.of(KernelMutation.NONE))
                                .toList(),
                        KernelMutation::word);
    }

    /**
     * Refuses options that choose what a kernel's own code decides.
     *
     * @throws UserError if one is given, or no kernel
     */
    static void require(ParseResult given, List<String> refused) {
        for (String option : refused) {
            TargetOptions.require(
                    !given.hasMatchedOption(option),
                    option + " cannot be chosen with --guest: the kernel's code decides");
        }
        TargetOptions.require(given.hasMatchedOption("--input"), "--guest needs --input KERNEL and --key KEY");
    }

    /**
     * Boots a kernel.
     *
     * @throws UserError if it cannot run as a guest
     */
    static GuestKernel boot(LoadedImage image) {
        try {
            return GuestKernel.boot(image);
        } catch (InvalidInput | GuestStopped cannot) {
            throw new UserError(String.valueOf(cannot.getMessage()), cannot);
        }
    }

    /**
     * The model of a kernel that patches itself.
     *
     * @param key all places of a key of its image
     * @param sites how many of them are patched
     * @throws UserError if it cannot run as a guest, or no core can run into a site
     */
    GuestModel model(PatchTarget key, int sites, FetchMode mode, int cores, int passes) {
        TargetOptions.require(
                sites >= 1 && sites <= key.places().size(),
                "--sites " + sites + ": the key has " + key.places().size() + " sites to patch");
        GuestKernel kernel = boot(key.image());
        TargetOptions.require(
                !GuestRun.callable(kernel, key).isEmpty(),
                key.image().name() + ": no function with a site of this key can be called here; "
                        + "take bpf_stats_enabled_key of a kernel of 6.1 or 6.12");
        return new GuestModel(kernel, GuestModel.places(kernel, key, sites), mutation(), mode, cores, passes);
    }
}
