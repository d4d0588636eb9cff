package dev.pokesim.patcher.sequence;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.datafile.DataFiles;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.datafile.YamlFields;
import dev.pokesim.emulator.datafile.YamlFields.Item;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.protocol.PatchStep;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads patch scenarios: YAML files; {@code docs/scenarios.md} describes their fields. */
public final class PatchScenarioReader {
    private static final DataFiles FILES = new DataFiles(
            "patch scenario", PatchScenarioReader.class, "/dev/pokesim/scenarios/catalogue/", PatchCatalogue.NAMES);
    static final List<String> FIELDS = List.of(
            "about",
            "source",
            "text",
            "batches",
            "cores",
            "refs",
            "company",
            "steps",
            "handler",
            "response",
            "interruptible",
            "intermediates",
            "without",
            "expect");
    private static final String SAFE = "safe";
    private static final String DEFAULT = "default";
    private static final Pattern JUMP = Pattern.compile("(jump) +0x([0-9a-fA-F]{1,16})");
    private static final Pattern PLACE =
            Pattern.compile("0x([0-9a-fA-F]{1,16}): *([0-9a-fA-F ]+?) *-> *([0-9a-fA-F ]+)");

    private static final Set<String> RIVALS =
            Set.of(Company.RIVAL_PATCHER.optionName(), Company.RIVAL_WITHOUT_MUTEX.optionName());
    /** What a proof knows of core 0 as the patcher only. */
    private static final Set<Class<? extends PatchStep>> NOT_OF_TWO = Set.of(
            PatchStep.Serialise.class,
            PatchStep.SetInterrupts.class,
            PatchStep.StopCores.class,
            PatchStep.ReleaseCores.class);

    private PatchScenarioReader() {}

    /** Names of the scenarios that come with the tool. */
    public static List<String> embeddedNames() {
        return FILES.names();
    }

    /**
     * A scenario that comes with the tool, or else the user's file.
     *
     * @throws InvalidDataFile if there is neither, or it is not valid
     */
    public static PatchScenario read(String nameOrFile) {
        return new Reading(DataFiles.nameOf(nameOrFile), FILES.read(nameOrFile)).scenario();
    }

    /**
     * A scenario of the user's.
     *
     * @throws InvalidDataFile if it cannot be read or is not valid
     */
    public static PatchScenario read(Path file) {
        return new Reading(DataFiles.nameOf(file.toString()), FILES.read(file)).scenario();
    }

    /**
     * A scenario from its text.
     *
     * @param file its name for messages
     * @param content UTF-8
     * @throws InvalidDataFile if it is not valid
     */
    public static PatchScenario parse(String file, byte[] content) {
        return new Reading(DataFiles.nameOf(file), FILES.parse(file, content)).scenario();
    }

    /** One file being read. */
    private record Reading(String name, YamlFields root) {
        PatchScenario scenario() {
            root.refuseOthers(FIELDS);
            List<PatchPlace> places = places();
            PatchSequence sequence = PatchSequence.on(
                            places.get(0), places.subList(1, places.size()).toArray(PatchPlace[]::new))
                    .named(name)
                    .describedAs(root.text("about") + " Source: " + root.text("source") + ".")
                    .handledBy(handler());
            for (Item item : items("steps")) {
                PatchStep step = StepWords.step(item.text(), places, problem -> root.invalid("steps", item, problem));
                if (NOT_OF_TWO.contains(step.getClass()) && hasRival()) {
                    throw root.invalid("steps", item, "not modelled of two patchers");
                }
                sequence = sequence.then(step);
            }
            for (Item item : items("intermediates")) {
                sequence =
                        sequence.allowing(bytes(item.text(), problem -> root.invalid("intermediates", item, problem)));
            }
            try {
                PatchScenario scenario = new PatchScenario(
                        name,
                        root.text("about"),
                        root.text("source"),
                        sequence,
                        batches(places),
                        cores(),
                        refs(),
                        company(batches(places).size()),
                        without(),
                        expected());
                scenario.setup(FetchMode.WINDOW);
                return scenario;
            } catch (IllegalArgumentException e) {
                throw root.invalid("steps", String.valueOf(e.getMessage()));
            }
        }

        private List<Item> items(String field) {
            return root.states(field) ? root.items(field) : List.of();
        }

        private List<PatchPlace> places() {
            List<PatchPlace> places = new ArrayList<>();
            for (Item item : root.items("text")) {
                Function<String, InvalidDataFile> complaint = problem -> root.invalid("text", item, problem);
                PatchPlace place = place(item, complaint);
                for (PatchPlace other : places) {
                    if (other.address() == place.address()) {
                        throw complaint.apply(
                                "the address is there twice; list a place once and name it in several batches");
                    }
                    if (Address.isWithin(place.address(), other.address(), other.sizeBytes())
                            || Address.isWithin(other.address(), place.address(), place.sizeBytes())) {
                        throw complaint.apply(
                                "overlaps the place at " + Address.text(other.address()) + "; list both as one place");
                    }
                }
                places.add(place);
            }
            return places;
        }

        private static PatchPlace place(Item item, Function<String, InvalidDataFile> complaint) {
            Matcher parts = PLACE.matcher(item.text());
            if (!parts.matches()) {
                throw complaint.apply(
                        "expected an address and two texts; write '0xffffffff81000010: 0f 1f 44 00 00 -> e9 fb 00 00 00'");
            }
            long address = Long.parseUnsignedLong(parts.group(1), 16);
            InstructionBytes oldText = bytes(parts.group(2), complaint);
            InstructionBytes newText = bytes(parts.group(3), complaint);
            long last = address + oldText.sizeBytes() - 1;
            boolean isInLastPage = address < 0 != last + Frame.SIZE_BYTES < 0; // where errors are encoded as pointers
            if (!Address.isCanonical(address) || !Address.isCanonical(last) || isInLastPage) {
                throw complaint.apply("no address of text; write one such as 0xffffffff81000010");
            }
            try {
                return new PatchPlace(address, oldText, newText);
            } catch (IllegalArgumentException e) {
                throw complaint.apply(String.valueOf(e.getMessage()));
            }
        }

        private static InstructionBytes bytes(String hex, Function<String, InvalidDataFile> complaint) {
            return StepWords.bytes(hex)
                    .orElseThrow(() ->
                            complaint.apply("expected 1 to 15 bytes such as '0f 1f 44 00 00', found '" + hex + "'"));
        }

        private List<List<PatchPlace>> batches(List<PatchPlace> places) {
            if (!root.states("batches")) {
                return List.of(places);
            }
            List<List<PatchPlace>> batches = new ArrayList<>();
            for (Item item : root.items("batches")) {
                List<PatchPlace> batch = new ArrayList<>();
                boolean back = item.text().startsWith("back ");
                for (String word :
                        (back ? item.text().substring(5) : item.text()).trim().split(" +")) {
                    int index = number(word, places.size() - 1)
                            .orElseThrow(() -> root.invalid(
                                    "batches",
                                    item,
                                    "expected numbers of places, 0 to " + (places.size() - 1) + ", found '" + word
                                            + "'; write '0 1', or 'back 0 1' for the way back"));
                    batch.add(back ? places.get(index).reversed() : places.get(index));
                }
                batches.add(batch);
            }
            return batches;
        }

        private static Optional<Integer> number(String word, int max) {
            if (!word.matches("[0-9]{1,6}") || Integer.parseInt(word) > max) {
                return Optional.empty();
            }
            return Optional.of(Integer.parseInt(word));
        }

        private int cores() {
            if (!root.states("cores")) {
                return 3;
            }
            String text = root.text("cores");
            return number(text, ProofSetup.MAX_CORES)
                    .filter(cores -> cores >= 2)
                    .orElseThrow(() -> root.invalid(
                            "cores",
                            "expected 2 to " + ProofSetup.MAX_CORES + ", found '" + text
                                    + "'; core 0 patches, the others execute"));
        }

        private boolean refs() {
            return !root.states("refs")
                    || word("refs", root.text("refs"), List.of("percpu", "global"))
                            .equals("percpu");
        }

        private String word(String field, String text, List<String> known) {
            if (!known.contains(text)) {
                throw root.invalid(field, "'" + text + "' is not known; write one of " + String.join(", ", known));
            }
            return text;
        }

        private static String word(String text, List<String> known, Function<String, InvalidDataFile> complaint) {
            if (!known.contains(text)) {
                throw complaint.apply("'" + text + "' is not known; write one of " + String.join(", ", known));
            }
            return text;
        }

        private boolean hasRival() {
            return items("company").stream().anyMatch(item -> RIVALS.contains(item.text()));
        }

        private Set<Company> company(int batches) {
            Set<Company> company = EnumSet.noneOf(Company.class);
            List<String> names =
                    Arrays.stream(Company.values()).map(Company::optionName).toList();
            for (Item item : items("company")) {
                String text = word(item.text(), names, problem -> root.invalid("company", item, problem));
                Company one = Company.values()[names.indexOf(text)];
                boolean isRival = RIVALS.contains(text);
                if (isRival && batches < 2) {
                    throw root.invalid("company", item, "the last batch is the rival's; there must be two at least");
                }
                company.add(one);
                if (isRival && items("company").size() > 1) {
                    throw root.invalid(
                            "company", item, "nobody else is modelled beside a second patcher; leave the others out");
                }
                if (isRival && cores() < 3) {
                    throw root.invalid(
                            "company", item, "one core besides the two patchers must execute; write cores: 3 or more");
                }
            }
            return company;
        }

        private TrapHandler handler() {
            List<String> words =
                    Arrays.stream(HandlerStep.values()).map(HandlerStep::word).toList();
            List<HandlerStep> steps = new ArrayList<>();
            for (Item item : items("handler")) {
                String text = word(item.text(), words, problem -> root.invalid("handler", item, problem));
                steps.add(HandlerStep.values()[words.indexOf(text)]);
            }
            TrapHandler.Response response = TrapHandler.Response.EMULATE_NEW;
            long target = 0;
            if (root.states("response")) {
                String text = root.text("response");
                Matcher jump = JUMP.matcher(text);
                if (jump.matches()) {
                    target = Long.parseUnsignedLong(jump.group(2), 16);
                    text = jump.group(1);
                } else if (text.equals(TrapHandler.Response.JUMP.optionName())) {
                    throw root.invalid("response", "a jump needs a target; write 'jump 0xffffffff81000100'");
                }
                List<String> names = Arrays.stream(TrapHandler.Response.values())
                        .map(TrapHandler.Response::optionName)
                        .toList();
                response = TrapHandler.Response.values()[names.indexOf(word("response", text, names))];
            }
            boolean interruptible = root.states("interruptible")
                    && word("interruptible", root.text("interruptible"), List.of("yes", "no"))
                            .equals("yes");
            try {
                return new TrapHandler(
                        steps.isEmpty() ? TrapHandler.KERNEL.steps() : steps, response, target, interruptible);
            } catch (IllegalArgumentException e) {
                throw root.invalid("handler", String.valueOf(e.getMessage()));
            }
        }

        private Set<String> without() {
            Set<String> without = new TreeSet<>();
            for (Item item : items("without")) {
                without.add(word(item.text(), Oracles.names(), problem -> root.invalid("without", item, problem)));
            }
            return without;
        }

        private Map<FetchMode, Set<String>> expected() {
            YamlFields expect = root.fields("expect");
            List<String> modes =
                    Arrays.stream(FetchMode.values()).map(FetchMode::optionName).toList();
            List<String> known = new ArrayList<>(modes);
            known.add(DEFAULT);
            expect.refuseOthers(known);
            Map<FetchMode, Set<String>> expected = new EnumMap<>(FetchMode.class);
            for (FetchMode mode : FetchMode.values()) {
                String field = expect.states(mode.optionName()) ? mode.optionName() : DEFAULT;
                String text = expect.text(field);
                Set<String> oracles = Arrays.stream(text.split(" or "))
                        .map(String::strip)
                        .filter(word -> !word.equals(SAFE))
                        .collect(Collectors.toCollection(TreeSet::new));
                List<String> names = Oracles.names();
                for (String oracle : oracles) {
                    if (!names.contains(oracle)) {
                        throw expect.invalid(
                                field,
                                "'" + oracle + "' is not known; write safe, or oracles with 'or' between them: "
                                        + String.join(", ", names));
                    }
                }
                expected.put(mode, oracles);
            }
            return expected;
        }
    }
}
