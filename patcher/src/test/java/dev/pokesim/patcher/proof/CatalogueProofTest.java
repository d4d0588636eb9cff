package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Result;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every scenario of the catalogue under every fetch mode has the verdict that its file states. */
class CatalogueProofTest {
    private static final long PLAIN_STATES = 300_000;

    /** What neither a proof nor a plain search of so few states can finish; their verdicts rest on the reductions alone. */
    private static final Set<String> TOO_LARGE_WITHOUT_REDUCTIONS = Set.of();

    private record Case(PatchScenario scenario, FetchMode mode) {
        String command() {
            return "poke-sim check --scenario " + scenario.name() + " --fetch " + mode.optionName();
        }
    }

    private static Stream<Case> cases() {
        List<Case> all = PatchCatalogue.all().stream()
                .flatMap(scenario -> Arrays.stream(FetchMode.values()).map(mode -> new Case(scenario, mode)))
                .toList();
        return all.parallelStream();
    }

    private static void assertNothing(Stream<String> complaints) {
        assertEquals("", complaints.filter(line -> !line.isEmpty()).sorted().collect(Collectors.joining("\n")));
    }

    @Test
    void everyScenarioHasTheVerdictThatItsFileStates() {
        assertNothing(cases().map(CatalogueProofTest::complaint));
    }

    private static String complaint(Case one) {
        ProofResult result = new ProtocolExplorer(one.scenario.setup(one.mode), Reduction.ALL, 1, 1L << 30)
                .prove(extent -> true);
        Set<String> expected = one.scenario.expected(one.mode);
        Counterexample example = result.counterexample();
        String found = switch (result.verdict()) {
            case SAFE -> "safe";
            case INCOMPLETE -> "incomplete";
            case VIOLATED -> example == null ? "violated, without a counterexample" : example.oracle();
        };
        boolean isRight = expected.isEmpty() ? found.equals("safe") : expected.contains(found);
        return isRight ? "" : one.command() + " finds: " + found + ", expected: " + text(expected);
    }

    private static String text(Set<String> oracles) {
        return oracles.isEmpty() ? "safe" : String.join(" or ", new TreeSet<>(oracles));
    }

    /** The search of a proof, at full size, with each verdict found a second time without any reduction. */
    @Test
    void reductionsLeaveOutNoVerdict() {
        Set<String> leftOut = new TreeSet<>();
        assertNothing(cases().map(one -> {
            Result reduced = FullSize.search(one.scenario.setup(one.mode), Reduction.ALL);
            Result plain = FullSize.search(
                    one.scenario.setup(one.mode), Reduction.NONE, 1, extent -> extent.states() < PLAIN_STATES);
            if (plain.outcome() == Outcome.STOPPED) {
                synchronized (leftOut) {
                    leftOut.add(one.scenario.name());
                }
                return "";
            }
            return reduced.outcome() == plain.outcome()
                    ? ""
                    : one.command() + ": " + reduced.outcome() + " with all reductions, " + plain.outcome()
                            + " with --reductions none";
        }));
        assertEquals(TOO_LARGE_WITHOUT_REDUCTIONS, leftOut);
    }
}
