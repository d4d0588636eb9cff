package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofResult.Verdict;
import dev.pokesim.patcher.sequence.PatchScenario;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim check --all} prints: the verdict on every scenario under every fetch mode, against what it should be.
 *
 * @param unexpected how many verdicts differ from what they should be
 * @param incomplete how many proofs were stopped
 * @param cells by scenario, then by fetch mode
 */
record CheckMatrix(int unexpected, int incomplete, List<Cell> cells) implements Report {
    private static final String SAFE = "safe";

    /** What a table has room for, for each oracle. */
    private static final Map<String, String> WORDS = Map.of(
            "NoTornInstruction", "torn",
            "NoEntryInsideSite", "inside",
            "EveryInt3IsClaimed", "unclaimed",
            "ActsAsEmulated", "acts",
            "NothingOldAfterFinish", "old",
            "ArrayStableWhileReferenced", "array",
            "EveryWaitEnds", "waits",
            "NoBug", "bug");

    /**
     * One scenario under one fetch mode.
     *
     * @param expected the properties of which one should be violated; empty if none should
     * @param oracle the property that is violated; null if none is, or if no small counterexample was found
     */
    record Cell(
            String scenario,
            String fetch,
            String verdict,
            Set<String> expected,
            @Nullable String oracle,
            long states) {

        static Cell of(PatchScenario scenario, ProofResult result) {
            return new Cell(
                    scenario.name(),
                    result.setup().fetchMode().optionName(),
                    CheckResult.name(result.verdict()),
                    new TreeSet<>(scenario.expected(result.setup().fetchMode())),
                    result.counterexample() == null
                            ? null
                            : result.counterexample().oracle(),
                    result.extent().states());
        }

        private boolean isIncomplete() {
            return verdict.equals(CheckResult.name(Verdict.INCOMPLETE));
        }

        private boolean isUnexpected() {
            boolean isRight = expected.isEmpty() ? verdict.equals(SAFE) : oracle != null && expected.contains(oracle);
            return !isIncomplete() && !isRight;
        }

        private String text() {
            String word = oracle == null ? verdict : WORDS.getOrDefault(oracle, oracle);
            return isUnexpected() ? word + "!" : word;
        }
    }

    static CheckMatrix of(List<Cell> cells) {
        return new CheckMatrix(
                (int) cells.stream().filter(Cell::isUnexpected).count(),
                (int) cells.stream().filter(Cell::isIncomplete).count(),
                List.copyOf(cells));
    }

    @Override
    public ExitCode exitCode() {
        return unexpected > 0 ? ExitCode.VIOLATED : incomplete > 0 ? ExitCode.INCOMPLETE : ExitCode.FINE;
    }

    @Override
    public void printText(PrintWriter out) {
        List<String> scenarios = distinct(cells.stream().map(Cell::scenario));
        List<String> modes = distinct(cells.stream().map(Cell::fetch));
        out.println(
                switch (exitCode()) {
                    case FINE -> "AS EXPECTED: every verdict is what it should be";
                    case VIOLATED ->
                        "NOT AS EXPECTED: " + CheckResult.counted(unexpected, "verdict")
                                + " (with ! below) should be otherwise";
                    default ->
                        "INCOMPLETE: " + CheckResult.counted(incomplete, "proof")
                                + " stopped before a verdict; the others are as they should be";
                });
        out.println(scenarios.size() + " scenarios under " + modes.size() + " fetch modes");
        out.println();
        TextTable table = new TextTable().words("scenario");
        modes.forEach(table::words);
        for (String scenario : scenarios) {
            table.row(Stream.concat(
                            Stream.of(scenario),
                            cells.stream()
                                    .filter(cell -> cell.scenario.equals(scenario))
                                    .map(Cell::text))
                    .toArray());
        }
        out.print(table);
        out.println();
        List<String> legend = new ArrayList<>();
        WORDS.keySet().stream().sorted().forEach(oracle -> legend.add(WORDS.get(oracle) + ": " + oracle));
        Paragraph.print(out, "", "Violated properties: " + String.join(", ", legend));
        cells.stream()
                .filter(Cell::isUnexpected)
                .forEach(cell -> Paragraph.print(
                        out,
                        "",
                        "should be " + (cell.expected.isEmpty() ? SAFE : String.join(" or ", cell.expected))
                                + ": poke-sim check --scenario " + cell.scenario + " --fetch " + cell.fetch));
    }

    private static List<String> distinct(Stream<String> names) {
        return names.distinct().toList();
    }
}
