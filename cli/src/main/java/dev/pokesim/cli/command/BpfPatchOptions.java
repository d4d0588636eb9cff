package dev.pokesim.cli.command;

import dev.pokesim.bpf.workload.RunSetup;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.PatchingCore;
import dev.pokesim.patcher.site.GeneratedText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how text is patched while programs run through it. */
final class BpfPatchOptions {
    /** Assumption: by then every core has taken some NMIs and timers are armed. */
    private static final long START_PS = 100_000_000;

    @Option(
            names = "--patch-sites",
            paramLabel = "N",
            description = "Meanwhile core 0 flips a static key with N sites, through which every program runs; "
                    + "more than 256 are patched in several batches (default: text stays as it is).")
    private @Nullable Integer sites;

    @Option(
            names = "--patch-refs",
            paramLabel = "SCHEME",
            description =
                    "How the INT3 handlers count references: percpu, global or global-fetch-add (default: percpu).")
    private @Nullable String refs;

    @Option(
            names = "--patch-protocol",
            paramLabel = "NAME",
            description = "How to patch, as in poke-sim run --protocol (default: text-poke-batch).")
    private @Nullable String protocol;

    /** The same with what these options say. */
    RunSetup add(RunSetup setup) {
        if (sites == null) {
            TargetOptions.require(refs == null, "--patch-refs needs --patch-sites N");
            TargetOptions.require(protocol == null, "--patch-protocol needs --patch-sites N");
            return setup;
        }
        TargetOptions.require(
                sites >= 1 && sites <= GeneratedText.MAX_SITES,
                "--patch-sites " + sites + " is not between 1 and " + GeneratedText.MAX_SITES);
        TargetOptions.require(setup.cores() >= 2, "--patch-sites needs --cores 2 or more: core 0 patches");
        Refs scheme = refs == null
                ? RefsSchemes.ALL.get(0)
                : TargetOptions.named("--patch-refs", refs, RefsSchemes.ALL, Refs::name);
        PatchProtocol how = protocol == null
                ? PatchProtocols.ALL.get(0)
                : TargetOptions.named("--patch-protocol", protocol, PatchProtocols.ALL, PatchProtocol::name);
        PatchTarget target = PatchTarget.of(new GeneratedText(new GeneratedText.Mix(sites, 0), setup.seed()));
        return setup.withPatching(new PatchingCore.Setup(target, how, scheme, FetchMode.WINDOW, START_PS));
    }
}
