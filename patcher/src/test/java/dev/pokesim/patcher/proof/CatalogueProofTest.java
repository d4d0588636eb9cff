package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every scenario of the catalogue under every fetch mode has the verdict that its file states. */
class CatalogueProofTest {
    private static final long PLAIN_STATES = 300_000;

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

    /** What each scenario's file states is what a proof finds, and what a proof can find, some scenario shows. */
    @Test
    void everyScenarioHasTheVerdictThatItsFileStates() {
        Set<String> found = new ConcurrentSkipListSet<>();
        assertNothing(cases().map(one -> {
            ProofResult result = new ProtocolExplorer(one.scenario.setup(one.mode), Reduction.ALL, 1, 1L << 30)
                    .prove(extent -> true);
            Counterexample example = result.counterexample();
            String verdict = switch (result.verdict()) {
                case SAFE -> "safe";
                case INCOMPLETE -> "incomplete";
                case VIOLATED -> example == null ? "violated, without a counterexample" : example.oracle();
            };
            found.add(verdict);
            Set<String> expected = one.scenario.expected(one.mode);
            boolean isRight = expected.isEmpty() ? verdict.equals("safe") : expected.contains(verdict);
            return isRight ? "" : one.command() + " finds: " + verdict + ", expected: " + text(expected);
        }));
        assertEquals(
                Set.of(
                        "safe",
                        "NoTornInstruction",
                        "EveryInt3IsClaimed",
                        "NothingOldAfterFinish",
                        "ArrayStableWhileReferenced",
                        "EveryWaitEnds",
                        "NoEntryInsideSite",
                        "ActsAsEmulated",
                        "NoBug"),
                found);
    }

    private static String text(Set<String> oracles) {
        return oracles.isEmpty() ? "safe" : String.join(" or ", new TreeSet<>(oracles));
    }

    /** At full size, each verdict is found a second time without any reduction; none of the searches is too large for that. */
    @Test
    void reductionsLeaveOutNoVerdict() {
        assertNothing(cases().map(one -> {
            ProofSetup setup = one.scenario.setup(one.mode);
            Outcome reduced = FullSize.search(setup, Reduction.ALL).outcome();
            Outcome plain = FullSize.search(setup, Reduction.NONE, 1, extent -> extent.states() < PLAIN_STATES)
                    .outcome();
            return reduced == plain
                    ? ""
                    : one.command() + ": " + reduced + " with all reductions, " + plain + " with --reductions none";
        }));
    }
}
