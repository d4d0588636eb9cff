package dev.pokesim.benchmarks;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.run.ScenarioModel;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import java.util.List;
import java.util.Set;

/**
 * Every scenario of the catalogue, or those that are named, on the machine with two cores under every fetch mode, exhaustively: a line
 * each with the oracle that is violated, the states, and whether the scenario's file expects that.
 */
public final class ScenarioMatrix {
    private static final SearchLimits LIMITS = new SearchLimits(10_000_000, 1L << 30, Integer.MAX_VALUE);

    private ScenarioMatrix() {}

    /**
     * @param arguments names of scenarios; none for all
     */
    public static void main(String[] arguments) {
        List<String> wanted = List.of(arguments);
        for (PatchScenario scenario : PatchCatalogue.all()) {
            if (wanted.isEmpty() || wanted.contains(scenario.name())) {
                for (FetchMode mode : FetchMode.values()) {
                    System.out.println(line(scenario, mode));
                }
            }
        }
    }

    private static String line(PatchScenario scenario, FetchMode mode) {
        ProofSetup setup = scenario.setup(mode).withCores(2);
        SearchResult result = new ExhaustiveSearch(
                        ScenarioModel.of(setup, ScenarioModel.passes(setup), 0), LIMITS)
                .workers(2)
                .askingForEnds()
                .run();
        String found = switch (result.verdict()) {
            case SAFE -> "safe";
            case INCOMPLETE -> "incomplete";
            case VIOLATED, DEADLOCK, LIVELOCK -> PatchModel.oracleOf(result.reason());
        };
        Set<String> expected = scenario.expected(mode);
        boolean isRight = expected.isEmpty() ? found.equals("safe") : expected.contains(found);
        return "%-30s %-9s %-27s %,9d states  %s"
                .formatted(scenario.name(), mode, found, result.states(), isRight ? "as expected" : "NOT as expected");
    }
}
