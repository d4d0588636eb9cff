package dev.pokesim.patcher.sequence;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.protocol.Lookup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents on scenarios say what the files and the code say. */
class ScenarioDocumentsTest {
    private static final Path DOCS = Path.of(System.getProperty("pokesim.testdata"), "..", "docs");

    @Test
    void everyScenarioHasItsRow() throws IOException {
        List<String> expected = PatchCatalogue.all().stream()
                .map(scenario -> "| `" + scenario.name() + "` | " + scenario.about() + " | " + scenario.source() + " | "
                        + verdicts(scenario) + " |")
                .toList();
        List<String> rows = Files.readAllLines(DOCS.resolve("catalogue.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();
        assertEquals(String.join("\n", expected), String.join("\n", rows));
    }

    /** Fetch modes with the same verdict together: {@code coherent, line: safe; window: NoBug}. */
    private static String verdicts(PatchScenario scenario) {
        Map<String, List<String>> modes = new LinkedHashMap<>();
        for (FetchMode mode : FetchMode.values()) {
            TreeSet<String> oracles = new TreeSet<>(scenario.expected(mode));
            String verdict = oracles.isEmpty() ? "safe" : String.join(" or ", oracles);
            modes.computeIfAbsent(verdict, same -> new ArrayList<>()).add(mode.optionName());
        }
        if (modes.size() == 1) {
            return modes.keySet().iterator().next();
        }
        return modes.entrySet().stream()
                .map(one -> String.join(", ", one.getValue()) + ": " + one.getKey())
                .reduce((first, second) -> first + "; " + second)
                .orElseThrow();
    }

    @Test
    void workedExampleHasTheVerdictsThatItStates() throws IOException {
        String document = Files.readString(DOCS.resolve("scenarios.md"));
        int start = document.indexOf("about: ");
        String example = document.substring(start, document.indexOf("```", start));
        PatchScenario scenario = PatchScenarioReader.parse("example.yaml", example.getBytes(UTF_8));
        for (FetchMode mode : FetchMode.values()) {
            ProofResult result =
                    new ProtocolExplorer(scenario.setup(mode), Reduction.ALL, 1, 1L << 26).prove(extent -> true);
            Counterexample found = result.counterexample();
            assertEquals(scenario.expected(mode), found == null ? Set.of() : Set.of(found.oracle()), mode.optionName());
        }
    }

    @Test
    void everyWordIsExplained() throws IOException {
        String document = Files.readString(DOCS.resolve("scenarios.md"));
        List<String> words = new ArrayList<>(StepWords.plain());
        Stream.of(Company.values()).map(Company::optionName).forEach(words::add);
        Stream.of(HandlerStep.values()).map(HandlerStep::word).forEach(words::add);
        Stream.of(Lookup.values()).map(Lookup::word).forEach(words::add);
        Stream.of(TrapHandler.Response.values())
                .map(TrapHandler.Response::optionName)
                .forEach(words::add);
        words.addAll(PatchScenarioReader.FIELDS);
        List<String> missing = words.stream()
                .filter(word -> !document.contains("`" + word + "`"))
                .toList();
        assertEquals(List.of(), missing);
    }
}
