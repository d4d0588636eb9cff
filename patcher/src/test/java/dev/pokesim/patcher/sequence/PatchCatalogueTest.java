package dev.pokesim.patcher.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class PatchCatalogueTest {
    private static final Path FOLDER = Path.of(System.getProperty("pokesim.testdata"), "scenarios", "catalogue");

    @Test
    void listsEveryFileOfTheFolderOnce() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertEquals(
                    files.map(file -> file.getFileName().toString()).sorted().toList(),
                    PatchCatalogue.NAMES.stream()
                            .map(name -> name + ".yaml")
                            .sorted()
                            .toList());
        }
    }

    @Test
    void scenarioIsCalledLikeItsFile() {
        assertEquals(
                PatchCatalogue.NAMES,
                PatchCatalogue.all().stream().map(PatchScenario::name).toList());
    }

    /** Whoever only reads the list learns what is in it. */
    @Test
    void everyScenarioSaysWhatItIsAndWhereItComesFrom() {
        for (PatchScenario scenario : PatchCatalogue.all()) {
            assertTrue(scenario.about().endsWith("."), scenario.name() + ": about is no sentence");
            assertTrue(scenario.source().length() > 8, scenario.name() + ": no source");
        }
    }
}
