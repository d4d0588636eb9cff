package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Result;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a proof finds happens again, step by step, as often as one likes, and there is no shorter way. */
class CounterexampleReplayTest {
    private static final int REPLAYS = 1000;
    private static final long MEMORY_BYTES = 1L << 28;

    static Stream<PatchScenario> broken() {
        return PatchCatalogue.all().stream()
                .filter(scenario -> !scenario.expected(FetchMode.WINDOW).isEmpty());
    }

    private static Counterexample counterexample(PatchScenario scenario) {
        ProofResult result = new ProtocolExplorer(scenario.setup(FetchMode.WINDOW), Reduction.ALL, 1, MEMORY_BYTES)
                .prove(extent -> true);
        return Objects.requireNonNull(result.counterexample(), scenario.name());
    }

    /** The steps that the model knows: all but a last fetch, which changes nothing. */
    private static List<ProofStep> moves(Counterexample found) {
        int last = found.steps().size() - 1;
        boolean endsInFetch = found.steps().get(last).action().startsWith("fetch ");
        return endsInFetch ? found.steps().subList(0, last) : found.steps();
    }

    @ParameterizedTest
    @MethodSource("broken")
    void everyReplayGoesThroughTheSameStates(PatchScenario scenario) {
        Counterexample found = counterexample(scenario);
        List<Long> first = null;
        for (int replay = 0; replay < REPLAYS; replay++) {
            Interleaving walk = new Interleaving(found.setup());
            List<Long> hashes = new ArrayList<>();
            for (ProofStep step : moves(found)) {
                assertTrue(walk.take(step), () -> step + " cannot be taken");
                hashes.add(walk.stateHash());
            }
            Violated violated = walk.violatedOrEndless();
            assertNotNull(violated);
            assertEquals(found.oracle(), violated.oracle());
            first = first == null ? hashes : first;
            assertEquals(first, hashes);
        }
    }

    /** The breadth-first search without any reduction, at the counterexample's own size, finds nothing nearer. */
    @ParameterizedTest
    @MethodSource("broken")
    void noneIsShorter(PatchScenario scenario) {
        Counterexample found = counterexample(scenario);
        ProtocolModel plain = new ProtocolModel(new ProtocolProgram(found.setup()), found.setup(), Reduction.NONE);
        Result nearest = ProtocolExplorer.searchForEnds(plain, MEMORY_BYTES, extent -> true);
        boolean isLivelock = found.what().startsWith("livelock");
        assertEquals(isLivelock ? Outcome.ENDLESS : Outcome.WRONG, nearest.outcome());
        assertEquals(nearest.path().size() - 1, moves(found).size());
    }
}
