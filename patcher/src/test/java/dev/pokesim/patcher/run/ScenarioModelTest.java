package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.explore.SearchResult.Verdict;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The machine, explored exhaustively with one core besides the patcher's, comes to the verdict that a proof comes to. */
class ScenarioModelTest {
    private static final int PASSES = 2;

    static Stream<PatchScenario> onMachine() {
        return PatchCatalogue.all().stream().filter(scenario -> ScenarioModel.lacks(scenario.setup(FetchMode.WINDOW)) == null);
    }

    @Test
    void aThirdOfTheCatalogueCanBeRun() {
        List<String> names = onMachine().map(PatchScenario::name).toList();
        assertTrue(names.size() >= 20, names::toString);
        assertTrue(
                names.containsAll(List.of(
                        "text-poke",
                        "text-poke-global",
                        "no-second-sync",
                        "one-core-missed",
                        "sync-not-awaited",
                        "rollback-without-sync",
                        "hotspot-displacement",
                        "hotspot-self-jump",
                        "windows-hotpatch",
                        "stop-machine")),
                names::toString);
    }

    @ParameterizedTest
    @MethodSource("onMachine")
    void theMachineAndTheProofAgree(PatchScenario scenario) {
        for (FetchMode mode : FetchMode.values()) {
            SearchResult result =
                    new ExhaustiveSearch(ScenarioModel.of(scenario.setup(mode).withCores(2), PASSES, 0), SearchLimits.ONE_GIB).run();
            boolean isSafe = scenario.expected(mode).isEmpty();
            assertEquals(
                    isSafe,
                    result.verdict() == Verdict.SAFE,
                    () -> mode + ": " + result.verdict() + " " + result.reason());
        }
    }
}
