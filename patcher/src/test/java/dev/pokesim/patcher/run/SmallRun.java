package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.site.LoadedImage;

/** A run put together from what a test cares about; the rest is a small, hot one. */
public final class SmallRun {
    private PatchTarget target = generated(2);
    private int cores = 24;
    private PatchProtocol protocol = new TextPokeBatch();
    private Refs refs = new PerCpuRefs();
    private MachineProfile profile = profile("milan");
    private Scenario scenario = ScenarioReader.read("busy-server-no-softirq").with("work-gap", "4000");
    private int hotSites = -1;
    private FetchMode fetchMode = FetchMode.WINDOW;

    public static MachineProfile profile(String name) {
        return KernelCosts.profileReader().read(name);
    }

    public static PatchTarget generated(int sites) {
        LoadedImage image = new GeneratedText(sites, 1).load();
        return PatchTarget.ofKey(image, image.keys().get(0));
    }

    public SmallRun sites(int sites) {
        return target(generated(sites));
    }

    public SmallRun target(PatchTarget newTarget) {
        target = newTarget;
        return this;
    }

    public SmallRun cores(int count) {
        cores = count;
        return this;
    }

    public SmallRun protocol(PatchProtocol newProtocol) {
        protocol = newProtocol;
        return this;
    }

    public SmallRun refs(Refs newRefs) {
        refs = newRefs;
        return this;
    }

    public SmallRun profiled(String name) {
        profile = profile(name);
        return this;
    }

    public SmallRun scenario(Scenario newScenario) {
        scenario = newScenario;
        return this;
    }

    public SmallRun hotSites(int count) {
        hotSites = count;
        return this;
    }

    public SmallRun fetchMode(FetchMode mode) {
        fetchMode = mode;
        return this;
    }

    public RunSetup setup(long seed) {
        int hot = hotSites < 0 ? target.places().size() : hotSites;
        return new RunSetup(target, cores, protocol, refs, profile, scenario, hot, fetchMode, seed);
    }

    public RunReport run(long seed) {
        return PatchRun.execute(setup(seed), (simulatedPs, step) -> true);
    }
}
