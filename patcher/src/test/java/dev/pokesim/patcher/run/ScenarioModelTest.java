package dev.pokesim.patcher.run;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scenarios on the machine. */
class ScenarioModelTest {
    private record Case(PatchScenario scenario, FetchMode mode) {
        /**
         * Whether the machine's verdict does not follow from its verdict in another mode: what is safe is safe in every mode that is
         * included, what goes wrong goes wrong in every mode that includes it. In window it is asked in any case, for erratum, too.
         */
        boolean isOnMachine() {
            Set<String> expected = scenario.expected(mode);
            boolean isSafe = expected.isEmpty();
            boolean isImplied = Arrays.stream(FetchMode.values())
                    .filter(other -> scenario.expected(other).equals(expected))
                    .anyMatch(other -> isSafe ? isIncluded(mode, other) : isIncluded(other, mode));
            return mode == FetchMode.WINDOW || !isImplied && !(isSafe && mode == FetchMode.ERRATUM);
        }

        private static boolean isIncluded(FetchMode mode, FetchMode other) {
            return INCLUDED_IN.getOrDefault(mode, Set.of()).contains(other);
        }

        /** With one core besides the patcher's. */
        ProofSetup setup() {
            return scenario.setup(mode).withCores(2);
        }
    }

    /** For a mode those in which everything can be fetched that can be in it. */
    private static final Map<FetchMode, Set<FetchMode>> INCLUDED_IN = Map.of(
            FetchMode.COHERENT,
            Set.of(FetchMode.TWO_READS, FetchMode.LINE, FetchMode.QUADWORD, FetchMode.WINDOW, FetchMode.ERRATUM),
            FetchMode.LINE,
            Set.of(FetchMode.WINDOW, FetchMode.ERRATUM),
            FetchMode.QUADWORD,
            Set.of(FetchMode.WINDOW, FetchMode.ERRATUM),
            FetchMode.WINDOW,
            Set.of(FetchMode.ERRATUM));

    private static Stream<Case> cases() {
        Stream<PatchScenario> all = PatchCatalogue.all().stream()
                .filter(scenario -> !scenario.name().equals("text-poke-with-nmis")); // below, with a smaller place
        return all.flatMap(scenario -> Arrays.stream(FetchMode.values()).map(mode -> new Case(scenario, mode)));
    }

    @Test
    void theMachineLacksNothingThatTheCatalogueNeeds() {
        assertEquals(
                List.of(),
                PatchCatalogue.all().stream()
                        .filter(scenario -> ScenarioModel.lacks(scenario.setup(FetchMode.WINDOW)) != null)
                        .map(PatchScenario::name)
                        .toList());
    }

    /** Three ways to a verdict that have little in common; the oracle is one of those that the scenario's file names. */
    @Test
    void proofReducedProofAndMachineAgree() {
        List<Case> all = cases().toList();
        assertEquals(
                "",
                all.parallelStream()
                        .map(ScenarioModelTest::disagreement)
                        .filter(line -> !line.isEmpty())
                        .sorted()
                        .collect(Collectors.joining("\n")));
    }

    /** A place of one byte, so that an NMI before every micro-op is gone through in seconds. */
    @ParameterizedTest
    @CsvSource({"sync, safe", "barrier, EveryInt3IsClaimed or NothingOldAfterFinish"})
    void proofReducedProofAndMachineAgreeAboutNmis(String last, String expected) {
        PatchScenario scenario =
                PatchScenarioReader.parse("nmis.yaml", ("""
                about: "NMIs anywhere."
                source: "made up"
                text:
                  - "0xffffffff81000010: 90 -> c3"
                company:
                  - nmi
                steps:
                  - publish
                  - int3
                  - sync
                  - first-byte
                  - %s
                  - retire
                expect:
                  default: %s
                """.formatted(last, expected)).getBytes(UTF_8));
        assertEquals("", disagreement(new Case(scenario, FetchMode.WINDOW)));
    }

    private static String disagreement(Case one) {
        String plain = prove(one.setup(), Reduction.NONE);
        String reduced = prove(one.setup(), Reduction.ALL);
        String machine = one.isOnMachine() ? explore(one.setup()) : plain;
        Set<String> expected = one.scenario.expected(one.mode);
        Set<String> right = expected.isEmpty() ? Set.of("safe") : expected;
        boolean isRight = right.containsAll(List.of(plain, reduced, machine));
        return isRight
                ? ""
                : one.scenario.name() + " under " + one.mode + ": plain proof " + plain + ", reduced " + reduced
                        + ", machine " + machine + "; expected " + new TreeSet<>(right);
    }

    private static String prove(ProofSetup setup, Set<Reduction> reductions) {
        ProofResult result = new ProtocolExplorer(setup, reductions, 1, 1L << 28).prove(extent -> true);
        return switch (result.verdict()) {
            case SAFE -> "safe";
            case INCOMPLETE -> "incomplete";
            case VIOLATED ->
                String.valueOf(
                        result.counterexample() == null
                                ? ""
                                : result.counterexample().oracle());
        };
    }

    private static String explore(ProofSetup setup) {
        int calls = setup.places().size() + (setup.company().contains(Company.FOREIGN_INT3) ? 1 : 0);
        SearchResult result = new ExhaustiveSearch(
                        ScenarioModel.of(setup, calls, 0), new SearchLimits(1_000_000, 1L << 28, 10_000))
                .askingForEnds()
                .run();
        return switch (result.verdict()) {
            case SAFE -> "safe";
            case INCOMPLETE -> "incomplete";
            case VIOLATED, DEADLOCK, LIVELOCK -> PatchModel.oracleOf(result.reason());
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "store new 0..9 | the machine cannot do its step \"store new text\": one store has at most 8 bytes",
                "int3 | the machine's INT3 handler cannot act as 48 8d 84 24 00 01 00 00 90 at 0xffffffff81000010; "
                        + "it can as NOP, JMP, Jcc, CALL, RET and PUSH"
            })
    void whatTheMachineCannotDoIsSaid(String step, String lack) {
        PatchScenario scenario = PatchScenarioReader.parse("long.yaml", ("""
                about: "Nine bytes."
                source: "made up"
                text:
                  - "0xffffffff81000010: 66 0f 1f 84 00 00 00 00 00 -> 48 8d 84 24 00 01 00 00 90"
                steps:
                  - %s
                expect:
                  default: safe
                """.formatted(step)).getBytes(UTF_8));
        assertEquals(lack, ScenarioModel.lacks(scenario.setup(FetchMode.WINDOW)));
    }
}
