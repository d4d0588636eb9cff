package dev.pokesim.patcher.schedule;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.ScenarioModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A schedule of the machine: which transitions, in which model.
 *
 * @param text where the model's text comes from
 */
public record MachineSchedule(PatchModel model, TextOrigin text, List<Transition> steps) {
    /** The first word of the header {@code model}. */
    public static final String MODEL = "machine";

    private static final int MOST_PASSES = 1000;

    public MachineSchedule {
        steps = List.copyOf(steps);
    }

    /**
     * As text, with what its replay ends with.
     *
     * @param origin how it was found, words of a header line
     * @throws IllegalArgumentException if it cannot be replayed, or ends without a violation
     */
    public Schedule write(List<String> origin) {
        Replay.Result result = new Replay(model).run(steps);
        List<String> config = new ArrayList<>(List.of(
                "fetch=" + model.fetchMode().optionName(),
                "cores=" + model.cores(),
                "passes=" + model.passes(),
                "nmis=" + model.nmis()));
        if (!(text instanceof TextOrigin.Scenario)) {
            config.add(0, "protocol=" + model.protocol().name());
            config.add(1, "refs=" + model.refs().name());
            config.add("sites=" + model.target().places().size());
        }
        config.addAll(text.words());
        return new Schedule(
                List.of(
                        new Schedule.Header(Schedule.Key.MODEL, List.of(MODEL, "sha256:" + model.digest())),
                        new Schedule.Header(Schedule.Key.CONFIG, config),
                        new Schedule.Header(Schedule.Key.ORIGIN, origin),
                        new Schedule.Header(Schedule.Key.EXPECT, ended(result).words())),
                steps.stream().map(Transition::toStep).toList());
    }

    /**
     * How a replay ended.
     *
     * @throws IllegalArgumentException if nothing was wrong
     */
    public static Expectation ended(Replay.Result result) {
        return MachineSteps.ended(result, PatchModel::oracleOf);
    }

    /**
     * Reads one.
     *
     * @param name of the file, for messages
     * @param force whether it may have been made by a model of another digest
     * @throws InvalidDataFile if it does not fit
     */
    public static MachineSchedule read(String name, Schedule schedule, boolean force) {
        Config config = new Config(name, "config", schedule.words(Schedule.Key.CONFIG));
        FetchMode mode = config.named("fetch", Arrays.asList(FetchMode.values()), FetchMode::optionName);
        int cores = config.number("cores", 2, PatchModel.MAX_CORES);
        int passes = config.number("passes", 1, MOST_PASSES);
        int nmis = config.number("nmis", 0, MOST_PASSES);
        TextOrigin text = TextOrigin.read(config);
        PatchModel model = text instanceof TextOrigin.Scenario scenario
                ? ofScenario(config, scenario.setup(mode, cores), passes, nmis)
                : ofKernel(config, text, mode, cores, passes, nmis);
        ProofSchedule.checkModel(name, schedule, model.digest(), force);
        return new MachineSchedule(model, text, MachineSteps.read(schedule));
    }

    private static PatchModel ofScenario(Config config, ProofSetup setup, int passes, int nmis) {
        config.allRead();
        String lacks = ScenarioModel.lacks(setup);
        if (lacks != null) {
            throw config.invalid("scenario: " + lacks);
        }
        return ScenarioModel.of(setup, passes, nmis);
    }

    private static PatchModel ofKernel(
            Config config, TextOrigin text, FetchMode mode, int cores, int passes, int nmis) {
        PatchProtocol protocol = config.named("protocol", PatchProtocols.ALL, PatchProtocol::name);
        Refs refs = config.named("refs", RefsSchemes.ALL, Refs::name);
        int sites = config.number("sites", 1, Integer.MAX_VALUE);
        config.allRead();
        PatchTarget target = text.load();
        if (sites > target.places().size()) {
            throw config.invalid(
                    "sites=" + sites + ": the text has " + target.places().size());
        }
        return new PatchModel(target.first(sites), protocol, refs, mode, cores, passes, nmis);
    }

    /**
     * Does it again.
     *
     * @throws StepDoesNotFit if a step is not possible where it stands
     */
    public Replay.Result replay() {
        return MachineSteps.replay(model, steps);
    }
}
