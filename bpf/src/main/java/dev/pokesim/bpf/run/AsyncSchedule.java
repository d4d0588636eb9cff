package dev.pokesim.bpf.run;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenarios;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.patcher.schedule.Config;
import dev.pokesim.patcher.schedule.Expectation;
import dev.pokesim.patcher.schedule.MachineSteps;
import dev.pokesim.patcher.schedule.ProofSchedule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A schedule of an {@link AsyncModel}: which transitions, in which model. */
public record AsyncSchedule(AsyncModel model, List<Transition> steps) {
    /** The first word of the header {@code model}. */
    public static final String MODEL = "bpf";

    private static final String WITHOUT = "without";
    private static final String NONE = "none";

    public AsyncSchedule {
        steps = List.copyOf(steps);
    }

    /**
     * As text, with what its replay ends with.
     *
     * @throws IllegalArgumentException if it cannot be replayed, or ends without a violation
     */
    public Schedule write() {
        return write("search=exhaustive");
    }

    /** As {@link #write()}, and says where it comes from. */
    Schedule write(String origin) {
        List<String> config = new ArrayList<>();
        config.add("form=" + model.form().name());
        config.add("scenario=" + model.scenario().name());
        config.add(
                WITHOUT + "=" + (model.without().isEmpty() ? NONE : String.join(",", new TreeSet<>(model.without()))));
        return new Schedule(
                List.of(
                        new Schedule.Header(Schedule.Key.MODEL, List.of(MODEL, "sha256:" + model.digest())),
                        new Schedule.Header(Schedule.Key.CONFIG, config),
                        new Schedule.Header(Schedule.Key.ORIGIN, List.of(origin)),
                        new Schedule.Header(Schedule.Key.EXPECT, ended(replay()).words())),
                steps.stream().map(Transition::toStep).toList());
    }

    /**
     * Reads one.
     *
     * @param name of the file, for messages
     * @param force whether it may have been made by a model of another digest
     * @throws dev.pokesim.emulator.datafile.InvalidDataFile if it does not fit
     */
    public static AsyncSchedule read(String name, Schedule schedule, boolean force) {
        Config config = new Config(name, "config", schedule.words(Schedule.Key.CONFIG));
        AsyncForm form = config.named("form", AsyncForms.ALL, AsyncForm::name);
        Scenario scenario = config.named("scenario", Scenarios.ALL, Scenario::name);
        String without = config.word(WITHOUT);
        config.allRead();
        AsyncModel model = new AsyncModel(
                form, scenario, without.equals(NONE) ? Set.of() : Set.copyOf(Arrays.asList(without.split(",", -1))));
        ProofSchedule.checkModel(name, schedule, model.digest(), force);
        return new AsyncSchedule(model, MachineSteps.read(schedule));
    }

    /**
     * Does it again.
     *
     * @throws dev.pokesim.patcher.schedule.StepDoesNotFit if a step is not possible where it stands
     */
    public Replay.Result replay() {
        return MachineSteps.replay(model, steps);
    }

    /**
     * How a replay ended.
     *
     * @throws IllegalArgumentException if nothing was wrong
     */
    public static Expectation ended(Replay.Result result) {
        return MachineSteps.ended(result, AsyncModel::oracleOf);
    }
}
