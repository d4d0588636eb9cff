package dev.pokesim.patcher.schedule;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.guest.KernelMutation;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.GuestModel;
import dev.pokesim.patcher.run.GuestRun;
import dev.pokesim.patcher.run.MachineModel;
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
public record MachineSchedule(MachineModel model, TextOrigin text, List<Transition> steps) {
    /** The first word of the header {@code model}, for a machine whose patcher and handler are routines. */
    public static final String MODEL = "machine";

    /** The first word of the header {@code model}, for a kernel that patches itself. */
    public static final String GUEST_MODEL = "guest";

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
        List<String> config = new ArrayList<>();
        boolean isGuest = model instanceof GuestModel;
        boolean isScenario = text instanceof TextOrigin.Scenario;
        if (model instanceof PatchModel routines) {
            if (!isScenario) {
                config.add("protocol=" + routines.protocol().name());
                config.add("refs=" + routines.refs().name());
            }
        } else if (model instanceof GuestModel guest && text instanceof TextOrigin.Input file) {
            config.add("mutate=" + Config.encoded(guest.mutation().word()));
            config.add("image=sha256:" + file.digest());
        }
        config.addAll(List.of(
                "fetch=" + model.fetchMode().optionName(), "cores=" + model.cores(), "passes=" + model.passes()));
        if (!isGuest) {
            config.add("nmis=" + model.nmis());
        }
        if (!isScenario) {
            config.add("sites=" + model.target().places().size());
        }
        config.addAll(text.words());
        return new Schedule(
                List.of(
                        new Schedule.Header(
                                Schedule.Key.MODEL, List.of(isGuest ? GUEST_MODEL : MODEL, "sha256:" + model.digest())),
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
        boolean isGuest = schedule.words(Schedule.Key.MODEL).get(0).equals(GUEST_MODEL);
        Config config = new Config(name, "config", schedule.words(Schedule.Key.CONFIG));
        FetchMode mode = config.named("fetch", Arrays.asList(FetchMode.values()), FetchMode::optionName);
        int cores = config.number("cores", 2, PatchModel.MAX_CORES);
        int passes = config.number("passes", 1, MOST_PASSES);
        TextOrigin text = TextOrigin.read(config);
        MachineModel model;
        if (isGuest) {
            model = guest(config, text, mode, cores, passes);
        } else if (text instanceof TextOrigin.Scenario scenario) {
            model = ofScenario(config, scenario.setup(mode, cores), passes);
        } else {
            model = routines(config, text, mode, cores, passes);
        }
        ProofSchedule.checkModel(name, schedule, model.digest(), force);
        return new MachineSchedule(model, text, MachineSteps.read(schedule));
    }

    private static PatchModel ofScenario(Config config, ProofSetup setup, int passes) {
        int nmis = config.number("nmis", 0, MOST_PASSES);
        config.allRead();
        String lacks = ScenarioModel.lacks(setup);
        if (lacks != null) {
            throw config.invalid("scenario: " + lacks);
        }
        return ScenarioModel.of(setup, passes, nmis);
    }

    private static PatchModel routines(Config config, TextOrigin text, FetchMode mode, int cores, int passes) {
        int sites = sites(config);
        PatchProtocol protocol = config.named("protocol", PatchProtocols.ALL, PatchProtocol::name);
        Refs refs = config.named("refs", RefsSchemes.ALL, Refs::name);
        int nmis = config.number("nmis", 0, MOST_PASSES);
        config.allRead();
        PatchTarget target = text.load();
        requireSites(config, sites, target);
        return new PatchModel(target.first(sites), protocol, refs, mode, cores, passes, nmis);
    }

    private static GuestModel guest(Config config, TextOrigin text, FetchMode mode, int cores, int passes) {
        int sites = sites(config);
        String word = config.text("mutate");
        KernelMutation mutation = KernelMutation.named(word)
                .orElseThrow(() -> config.invalid("mutate=" + word + " is no change of a kernel that is known here"));
        String image = config.word("image");
        config.allRead();
        if (!(text instanceof TextOrigin.Input file)) {
            throw config.invalid("input= is missing: a guest is a kernel's file");
        }
        if (!image.equals("sha256:" + file.digest())) {
            throw config.invalid(
                    "the kernel has another checksum than image=" + image + "; take the one that it is about");
        }
        PatchTarget key = text.load();
        requireSites(config, sites, key);
        GuestKernel kernel = GuestKernel.boot(key.image());
        if (GuestRun.callable(kernel, key).isEmpty()) {
            throw config.invalid("no core can call a function with a site of its key");
        }
        return new GuestModel(kernel, GuestModel.places(kernel, key, sites), mutation, mode, cores, passes);
    }

    private static int sites(Config config) {
        return config.number("sites", 1, Integer.MAX_VALUE);
    }

    private static void requireSites(Config config, int sites, PatchTarget target) {
        if (sites > target.places().size()) {
            throw config.invalid(
                    "sites=" + sites + ": the text has " + target.places().size());
        }
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
