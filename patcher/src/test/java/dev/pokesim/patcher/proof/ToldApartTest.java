package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.site.GeneratedText;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is found among cores that are only counted happens step by step among cores with numbers. */
class ToldApartTest {
    private static final int CORES = 6;
    private static final int SITES = 6;
    private static final Set<Reduction> EXACT =
            EnumSet.of(Reduction.PROMPT_SYNC, Reduction.WHOLE_HANDLERS, Reduction.SYMMETRY);

    /** At full size, without a look at smaller ones. */
    private static BreadthFirstSearch.Result search(ProofSetup setup, Set<Reduction> reductions) {
        ProtocolModel model = new ProtocolModel(new ProtocolProgram(setup), setup, reductions);
        return ProtocolExplorer.search(model, 1, 1L << 29, extent -> true, new AtomicInteger());
    }

    private static void assertHappensStepByStep(ProofSetup setup, Set<Reduction> reductions) {
        BreadthFirstSearch.Result result = search(setup, reductions);
        assertEquals(Outcome.WRONG, result.outcome());
        Counterexample told = ToldApart.of(setup, reductions, result);
        assertNotNull(told, () -> "no numbers for " + setup.protocol().name());
        assertEquals(setup, told.setup());
        assertFalse(told.isShortest());
        List<ProofStep> steps = told.steps();
        if (steps.get(steps.size() - 1).action().startsWith("fetch ")) {
            steps = steps.subList(0, steps.size() - 1);
        }
        Interleaving walk = new Interleaving(setup);
        for (ProofStep step : steps) {
            assertTrue(walk.take(step), () -> step + " cannot be taken");
        }
        Violated again = walk.violated();
        assertNotNull(again);
        assertEquals(told.oracle(), again.oracle());
        assertEquals(told.core(), Math.max(0, again.group() + 1));
    }

    static Stream<PatchProtocol> broken() {
        return PatchProtocols.ALL.stream().filter(protocol -> !protocol.isSafe());
    }

    @ParameterizedTest
    @MethodSource("broken")
    void everyMissingStepAtSixCoresAndSixSites(PatchProtocol protocol) {
        for (boolean perCore : new boolean[] {true, false}) {
            assertHappensStepByStep(setup(protocol, CORES, SITES, perCore), EXACT);
            assertHappensStepByStep(setup(protocol, 4, 1, perCore), Set.of(Reduction.SYMMETRY));
        }
    }

    private static ProofSetup setup(PatchProtocol protocol, int cores, int sites, boolean perCore) {
        return ProofSetup.of(
                protocol,
                ProofSetup.batches(PatchTarget.of(new GeneratedText(sites, 1)).places()),
                cores,
                perCore,
                FetchMode.WINDOW);
    }

    /**
     * All but two: of a livelock no state is wrong, and it is asked for at small sizes only, where cores have numbers anyway; and where a
     * second patcher is in the middle of its loop over the cores, no numbering may fit both loops.
     */
    static Stream<PatchScenario> wrong() {
        return PatchCatalogue.all().stream()
                .filter(scenario -> !scenario.expected(FetchMode.WINDOW).isEmpty())
                .filter(scenario -> !scenario.name().equals("probe-armed-retried"))
                .filter(scenario -> !scenario.setup(FetchMode.WINDOW).hasRival());
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void everyScenarioThatIsWrongWithFiveCores(PatchScenario scenario) {
        assertHappensStepByStep(scenario.setup(FetchMode.WINDOW).withCores(5), EXACT);
    }

    @Test
    void aPathWithoutSymmetryKeepsItsCores() {
        ProofSetup setup = setup(broken().findFirst().orElseThrow(), 3, 2, true);
        assertHappensStepByStep(setup, Reduction.NONE);
        assertHappensStepByStep(setup, Set.of(Reduction.PROMPT_SYNC, Reduction.WHOLE_HANDLERS));
    }
}
