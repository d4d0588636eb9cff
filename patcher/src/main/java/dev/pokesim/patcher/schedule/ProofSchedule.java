package dev.pokesim.patcher.schedule;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.Interleaving;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofStep;
import dev.pokesim.patcher.protocol.Outline;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A schedule of a proof's model. The places with their bytes are part of it, so it needs no file, unless its protocol is a
 * scenario's.
 *
 * @param scenario name or file of the scenario; empty if the protocol is one of {@link PatchProtocols#ALL}
 */
public record ProofSchedule(ProofSetup setup, String scenario, List<ProofStep> steps) {
    /** The first word of the header {@code model}. */
    public static final String MODEL = "protocol";

    private static final int MOST_BYTES = InstructionBytes.MAX_SIZE_BYTES;
    private static final int MOST_TURNS = 100;

    public ProofSchedule {
        steps = List.copyOf(steps);
    }

    /**
     * One step of a replay.
     *
     * @param hash of the state after it, as hexadecimal digits; empty if the step is itself the violation
     */
    public record Step(ProofStep step, String hash) {}

    /**
     * What a replay did.
     *
     * @param next what could be done then
     * @param wrong the way to what is wrong at the end; null if nothing is
     * @param ended in the words of the header; null if nothing is wrong
     */
    public record Replayed(
            List<Step> steps,
            List<ProofStep> next,
            @Nullable Counterexample wrong,
            @Nullable Expectation ended) {}

    /** As text, with what its replay ends with. */
    public Schedule write(List<String> origin) {
        Expectation expected =
                Optional.ofNullable(replay().ended).orElseThrow(() -> new IllegalArgumentException("nothing is wrong"));
        return new Schedule(
                List.of(
                        new Schedule.Header(Schedule.Key.MODEL, List.of(MODEL, "sha256:" + digest(setup))),
                        new Schedule.Header(Schedule.Key.CONFIG, config()),
                        new Schedule.Header(Schedule.Key.ORIGIN, origin),
                        new Schedule.Header(Schedule.Key.EXPECT, expected.words())),
                steps.stream()
                        .map(step ->
                                Schedule.Step.of(step.actor(), step.action().split(" ")))
                        .toList());
    }

    private List<String> config() {
        List<PatchPlace> places = setup.places();
        List<String> words = new ArrayList<>();
        words.add(scenario.isEmpty() ? "protocol=" + setup.protocol().name() : "scenario=" + Config.encoded(scenario));
        words.add("refs=" + (setup.perCoreRefs() ? "percpu" : "global"));
        words.add("fetch=" + setup.fetchMode().optionName());
        words.add("cores=" + setup.cores());
        words.add("places="
                + String.join(
                        ",",
                        places.stream()
                                .map(place -> "0x" + Long.toHexString(place.address()) + ":" + hex(place.oldText())
                                        + ":" + hex(place.newText()))
                                .toList()));
        words.add("batches="
                + String.join(
                        ",",
                        setup.batches().stream()
                                .map(batch -> String.join(
                                        ".",
                                        batch.stream()
                                                .map(place -> name(places, place))
                                                .toList()))
                                .toList()));
        if (!setup.turns().isEmpty()) {
            words.add("turns="
                    + String.join(
                            ".", setup.turns().stream().map(String::valueOf).toList()));
        }
        return words;
    }

    /** Its number, with an r if it goes the way back. */
    private static String name(List<PatchPlace> places, PatchPlace place) {
        int index = places.indexOf(place);
        return index >= 0 ? String.valueOf(index) : places.indexOf(place.reversed()) + "r";
    }

    private static String hex(InstructionBytes bytes) {
        return bytes.toString().replace(" ", "");
    }

    /**
     * Whether the setup can be written down: each place has two texts only, and not too many of them.
     */
    public boolean canBeWritten() {
        List<PatchPlace> places = setup.places();
        boolean isKnown = !scenario.isEmpty() || PatchProtocols.ALL.contains(setup.protocol());
        return isKnown
                && setup.batches().stream()
                        .flatMap(List::stream)
                        .allMatch(place -> places.contains(place) || places.contains(place.reversed()));
    }

    /**
     * Reads one.
     *
     * @param name of the file, for messages
     * @param force whether it may have been made by a model of another digest
     * @throws InvalidDataFile if it does not fit
     */
    public static ProofSchedule read(String name, Schedule schedule, boolean force) {
        Config config = new Config(name, "config", schedule.words(Schedule.Key.CONFIG));
        boolean isScenario = config.has("scenario");
        String scenario = isScenario ? config.text("scenario") : "";
        PatchProtocol protocol = isScenario ? null : config.named("protocol", PatchProtocols.ALL, PatchProtocol::name);
        boolean isPerCore =
                config.named("refs", List.of("percpu", "global"), word -> word).equals("percpu");
        FetchMode mode = config.named("fetch", Arrays.asList(FetchMode.values()), FetchMode::optionName);
        int cores = config.number("cores", 2, ProofSetup.MAX_CORES);
        List<List<PatchPlace>> batches = batches(config, places(config));
        List<Integer> turns = config.has("turns") ? turns(config) : List.of();
        config.allRead();
        ProofSetup setup = protocol == null
                ? PatchScenarioReader.read(scenario)
                        .setup(mode)
                        .withBatches(batches)
                        .withCores(cores)
                        .withTurns(turns)
                : ProofSetup.of(protocol, batches, cores, isPerCore, mode);
        checkModel(name, schedule, digest(setup), force);
        List<ProofStep> steps = new ArrayList<>();
        for (int i = 0; i < schedule.steps().size(); i++) {
            steps.add(step(i, schedule.steps().get(i), cores));
        }
        return new ProofSchedule(setup, scenario, steps);
    }

    private static List<Integer> turns(Config config) {
        List<Integer> turns = new ArrayList<>();
        for (String word : config.word("turns").split("\\.", -1)) {
            if (!word.matches("[0-9]{1,6}") || turns.size() == MOST_TURNS) {
                throw config.invalid("turns: " + word + " is not one of at most " + MOST_TURNS + " numbers");
            }
            turns.add(Integer.parseInt(word));
        }
        return turns;
    }

    private static ProofStep step(int index, Schedule.Step step, int cores) {
        String actor = step.actor();
        int core = actor.equals("P") ? 0 : actor.matches("C[0-9]{1,4}") ? Integer.parseInt(actor.substring(1)) : -1;
        if (core < 0 || core >= cores) {
            throw new StepDoesNotFit(index, "`" + actor + "` is no actor here; there are P and C1 to C" + (cores - 1));
        }
        return new ProofStep(core, String.join(" ", step.words()));
    }

    private static List<PatchPlace> places(Config config) {
        List<PatchPlace> places = new ArrayList<>();
        for (String word : config.word("places").split(",", -1)) {
            String[] parts = word.split(":", -1);
            if (parts.length != 3) {
                throw config.invalid("places: " + word + " is no ADDRESS:OLD:NEW");
            }
            try {
                places.add(new PatchPlace(
                        config.address("places", parts[0]), bytes(config, parts[1]), bytes(config, parts[2])));
            } catch (IllegalArgumentException e) {
                throw config.invalid("places: " + e.getMessage());
            }
        }
        return places;
    }

    private static InstructionBytes bytes(Config config, String hex) {
        if (!hex.matches("([0-9a-f]{2}){1," + MOST_BYTES + "}")) {
            throw config.invalid("places: " + hex + " is not 1 to " + MOST_BYTES + " bytes");
        }
        byte[] bytes = HexFormat.of().parseHex(hex);
        return InstructionBytes.of(bytes, 0, bytes.length);
    }

    private static List<List<PatchPlace>> batches(Config config, List<PatchPlace> places) {
        List<List<PatchPlace>> batches = new ArrayList<>();
        for (String batch : config.word("batches").split(",", -1)) {
            List<PatchPlace> members = new ArrayList<>();
            for (String word : batch.split("\\.", -1)) {
                int index = word.matches("[0-9]{1,5}r?") ? Integer.parseInt(word.replace("r", "")) : -1;
                if (index < 0 || index >= places.size()) {
                    throw config.invalid("batches: there is no place `" + word + "`");
                }
                PatchPlace place = places.get(index);
                members.add(word.endsWith("r") ? place.reversed() : place);
            }
            batches.add(members);
        }
        return batches;
    }

    /**
     * Does it again.
     *
     * @throws StepDoesNotFit if a step is not possible where it stands
     */
    public Replayed replay() {
        Interleaving walk = new Interleaving(setup);
        List<Step> taken = new ArrayList<>();
        String hash = hash(walk);
        for (int i = 0; i < steps.size(); i++) {
            ProofStep step = steps.get(i);
            if (walk.take(step)) {
                hash = hash(walk);
                taken.add(new Step(step, hash));
                continue;
            }
            Counterexample wrong = walk.counterexample();
            if (wrong != null
                    && i == steps.size() - 1
                    && wrong.steps().size() == steps.size()
                    && wrong.steps().get(i).equals(step)) {
                taken.add(new Step(step, ""));
                continue;
            }
            throw new StepDoesNotFit(i, "`" + step + "` is not possible here; possible: " + possible(walk, wrong));
        }
        Counterexample wrong = walk.counterexample();
        Expectation ended = wrong == null || wrong.steps().size() != steps.size()
                ? null
                : new Expectation(wrong.oracle(), wrong.core(), steps.size(), hash);
        return new Replayed(taken, walk.possible(), wrong, ended);
    }

    private static String possible(Interleaving walk, @Nullable Counterexample wrong) {
        List<String> all = new ArrayList<>();
        if (wrong != null && wrong.steps().size() > walk.taken().size()) {
            all.add("`" + wrong.steps().get(wrong.steps().size() - 1) + "`");
        }
        walk.possible().forEach(step -> all.add("`" + step + "`"));
        return String.join(", ", all);
    }

    private static String hash(Interleaving walk) {
        return "%016x".formatted(walk.stateHash());
    }

    /** What decides how an interleaving can go: the atoms of the patcher, the handler, the places and the setting. */
    private static String digest(ProofSetup setup) {
        StringBuilder text = new StringBuilder();
        text.append(Outline.of(setup.protocol(), setup.batches())).append('\n');
        text.append(setup.protocol().handler()).append('\n');
        text.append(setup.protocol().intermediates()).append('\n');
        text.append(setup.batches()).append('\n');
        text.append(setup.cores())
                .append(setup.perCoreRefs())
                .append(setup.fetchMode().optionName());
        text.append(setup.company().stream().sorted().toList());
        text.append(setup.without().stream().sorted().toList());
        text.append(setup.turns().isEmpty() ? "" : setup.turns().toString());
        text.append("%016x".formatted(new Interleaving(setup).stateHash()));
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * Checks that a schedule was made by the model that will replay it.
     *
     * @param name of the file, for messages
     * @param digest of the model here
     * @param force whether another one will do
     * @throws InvalidDataFile if it was made by another one
     */
    public static void checkModel(String name, Schedule schedule, String digest, boolean force) {
        List<String> words = schedule.words(Schedule.Key.MODEL);
        if (!force && !words.subList(1, words.size()).equals(List.of("sha256:" + digest))) {
            throw Config.invalid(
                    name,
                    "model",
                    "the model that it was made with is another one: it has "
                            + String.join(" ", words.subList(1, words.size()))
                            + ", here it is sha256:" + digest
                            + "; the same version of poke-sim and the same input replay it, --force tries all the same");
        }
    }
}
