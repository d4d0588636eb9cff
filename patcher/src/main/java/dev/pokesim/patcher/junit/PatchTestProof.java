package dev.pokesim.patcher.junit;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofResult.Verdict;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import dev.pokesim.patcher.sequence.PatchSequence;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.opentest4j.AssertionFailedError;

/**
 * What a patch test proves, and how it says that it cannot.
 *
 * @param setup per fetch mode
 * @param expected the oracle that must be violated; empty if none may be
 * @param command that shows the same, without its fetch mode; empty if there is none
 */
record PatchTestProof(
        String name, Function<FetchMode, ProofSetup> setup, List<FetchMode> modes, String expected, String command) {
    private static final long MEMORY_BYTES = 1L << 30;

    /**
     * What a method's result is to be proved to be.
     *
     * @throws IllegalArgumentException if it returns something else, or expects an oracle that is none
     */
    static PatchTestProof of(String name, @Nullable Object returned, PatchTest test) {
        if (!test.expect().isEmpty() && !Oracles.names().contains(test.expect())) {
            throw new IllegalArgumentException(name + " expects '" + test.expect()
                    + "', which is no oracle; write one of " + String.join(", ", Oracles.names()));
        }
        List<FetchMode> modes = List.of(test.fetch());
        if (returned instanceof PatchScenario scenario) {
            String command = PatchScenarioReader.embeddedNames().contains(scenario.name())
                    ? "poke-sim check --scenario " + scenario.name() + " --fetch "
                    : "";
            return new PatchTestProof(name, scenario::setup, modes, test.expect(), command);
        }
        if (returned instanceof PatchSequence sequence) {
            ProofSetup setup = new ProofSetup(
                    sequence,
                    List.of(sequence.places()),
                    test.cores(),
                    test.perCoreRefs(),
                    FetchMode.WINDOW,
                    Set.of(test.company()),
                    Set.of());
            return new PatchTestProof(name, setup::withFetchMode, modes, test.expect(), "");
        }
        throw new IllegalArgumentException(name + " returns "
                + (returned == null ? "null" : "a " + returned.getClass().getSimpleName())
                + "; return a PatchSequence or a PatchScenario");
    }

    /**
     * Proves it.
     *
     * @throws AssertionFailedError with the interleaving, if there is one that there must not be, or none that there must be
     */
    void check() {
        for (FetchMode mode : modes) {
            ProofResult result =
                    new ProtocolExplorer(setup.apply(mode), Reduction.ALL, 1, MEMORY_BYTES).prove(extent -> true);
            if (result.verdict() == Verdict.INCOMPLETE) {
                throw new AssertionFailedError(name + ": its states take more than " + (MEMORY_BYTES >> 20)
                        + " MiB; patch fewer places, or with fewer cores");
            }
            Counterexample example = result.counterexample();
            String found = result.verdict() == Verdict.SAFE ? "" : example == null ? "something" : example.oracle();
            if (!found.equals(expected)) {
                throw new AssertionFailedError(complaint(mode, found, example), word(expected), word(found));
            }
        }
    }

    private static String word(String oracle) {
        return oracle.isEmpty() ? "safe" : oracle;
    }

    private String complaint(FetchMode mode, String found, @Nullable Counterexample example) {
        String first =
                name + ", fetch " + mode.optionName() + ": expected " + word(expected) + ", found " + word(found);
        if (example == null) {
            return first + (found.isEmpty() ? "; no interleaving breaks it" : "; only the full size shows it");
        }
        StringBuilder text = new StringBuilder(first)
                .append(", on ")
                .append(example.setup().cores())
                .append(" cores with ")
                .append(example.setup().placeCount())
                .append(example.setup().placeCount() == 1 ? " place" : " places");
        IntStream.range(0, example.steps().size())
                .forEach(i ->
                        text.append("\n%4d  %s".formatted(i + 1, example.steps().get(i))));
        text.append("\n%s".formatted(example.what()));
        example.reasons().forEach(reason -> text.append("\n  %s".formatted(reason)));
        text.append("\nfetch modes that show it: %s"
                .formatted(example.modes().stream().map(FetchMode::optionName).collect(Collectors.joining(", "))));
        if (!command.isEmpty()) {
            text.append("\nsee it with: %s%s".formatted(command, mode.optionName()));
        }
        return text.toString();
    }
}
