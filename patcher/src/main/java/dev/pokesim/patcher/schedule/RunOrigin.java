package dev.pokesim.patcher.schedule;

import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.coherence.Topology;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.RunAgain;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Where the parts of a run's setup come from, so that it can be put together again from one line.
 *
 * @param profile name or file, as the user typed it
 * @param scenario likewise
 */
public record RunOrigin(TextOrigin text, String profile, String scenario) {
    /** One line with all that it takes to do a run again, and what tells whether it is the same one. */
    public String words(RunSetup setup) {
        List<String> words = new ArrayList<>(List.of(
                "protocol=" + setup.protocol().name(),
                "refs=" + setup.refs().name(),
                "fetch=" + setup.fetchMode().optionName(),
                "cores=" + setup.cores(),
                "sites=" + setup.target().places().size(),
                "hot=" + setup.hotSites(),
                "run=" + setup.seed(),
                "profile=" + Config.encoded(profile),
                "scenario=" + Config.encoded(scenario)));
        words.addAll(text.words());
        words.add("sha256=" + new RunAgain(setup, 0).digest());
        return String.join(" ", words);
    }

    /**
     * A run that was recorded.
     *
     * @param digest see {@link RunAgain#digest}
     */
    public record Recorded(RunSetup setup, String digest) {}

    /**
     * What {@link #words} is about.
     *
     * @param name of the file, for messages
     * @param field in which the words stand
     * @throws InvalidDataFile if they are no such words
     */
    public static Recorded read(String name, String field, String words) {
        Config config = new Config(name, field, List.of(words.split(" ")));
        PatchProtocol protocol = config.named("protocol", PatchProtocols.ALL, PatchProtocol::name);
        Refs refs = config.named("refs", RefsSchemes.ALL, Refs::name);
        FetchMode mode = config.named("fetch", Arrays.asList(FetchMode.values()), FetchMode::optionName);
        int cores = config.number("cores", 1, Topology.MAX_CORES);
        int sites = config.number("sites", 1, Integer.MAX_VALUE);
        int hot = config.number("hot", 0, sites);
        long seed = config.seed("run");
        String profileName = config.text("profile");
        String scenarioName = config.text("scenario");
        String digest = config.word("sha256");
        TextOrigin text = TextOrigin.read(config);
        config.allRead();
        MachineProfile profile = KernelCosts.profileReader().read(profileName);
        Scenario scenario = ScenarioReader.read(scenarioName);
        PatchTarget target = text.load();
        if (sites > target.places().size()) {
            throw config.invalid(
                    "sites=" + sites + ": the text has " + target.places().size());
        }
        RunSetup setup = new RunSetup(target.first(sites), cores, protocol, refs, profile, scenario, hot, mode, seed);
        return new Recorded(setup, digest);
    }
}
