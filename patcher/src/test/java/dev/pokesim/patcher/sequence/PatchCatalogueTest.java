package dev.pokesim.patcher.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
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

    /** What a proof can report, some scenario reports. */
    @Test
    void everyOracleOfAProofIsViolatedSomewhere() {
        Set<String> violated = PatchCatalogue.all().stream()
                .flatMap(scenario -> Stream.of(FetchMode.values()).map(scenario::expected))
                .flatMap(Set::stream)
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                new TreeSet<>(List.of(
                        "NoTornInstruction",
                        "EveryInt3IsClaimed",
                        "NothingOldAfterFinish",
                        "ArrayStableWhileReferenced",
                        "EveryWaitEnds",
                        "NoEntryInsideSite",
                        "ActsAsEmulated",
                        "NoBug")),
                violated);
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
