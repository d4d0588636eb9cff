package dev.pokesim.patcher.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.core.FetchMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The table of docs/catalogue.md says what the files say. */
class CatalogueDocumentTest {
    private static final Path DOCUMENT = Path.of(System.getProperty("pokesim.testdata"), "..", "docs", "catalogue.md");

    @Test
    void everyScenarioHasItsRow() throws IOException {
        List<String> expected = PatchCatalogue.all().stream()
                .map(scenario -> "| `" + scenario.name() + "` | " + scenario.about() + " | " + scenario.source() + " | "
                        + verdicts(scenario) + " |")
                .toList();
        List<String> rows = Files.readAllLines(DOCUMENT).stream()
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
}
