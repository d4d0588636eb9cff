package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofResult.Verdict;
import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim check --all} prints: the verdict on every protocol under every fetch mode, against what it should be.
 *
 * @param unexpected how many verdicts differ from what they should be
 * @param incomplete how many proofs were stopped
 * @param cells by protocol, then by fetch mode
 * @param notes on what is expected
 */
record CheckMatrix(
        int cores,
        int sites,
        String refs,
        int rounds,
        int unexpected,
        int incomplete,
        List<Cell> cells,
        List<String> notes)
        implements Report {

    /**
     * One protocol under one fetch mode.
     *
     * @param oracle the property that is violated; null if none is, or if no small counterexample was found
     */
    record Cell(
            String protocol,
            String fetch,
            String verdict,
            String expected,
            @Nullable String oracle,
            long states) {

        static Cell of(ProofResult result, Verdict expected) {
            return new Cell(
                    result.setup().protocol().name(),
                    result.setup().fetchMode().optionName(),
                    CheckResult.name(result.verdict()),
                    CheckResult.name(expected),
                    result.counterexample() == null
                            ? null
                            : result.counterexample().oracle(),
                    result.extent().states());
        }

        private boolean isIncomplete() {
            return verdict.equals(CheckResult.name(Verdict.INCOMPLETE));
        }

        private boolean isUnexpected() {
            return !isIncomplete() && !verdict.equals(expected);
        }

        private String text() {
            return isUnexpected() ? verdict + "!" : verdict;
        }
    }

    static CheckMatrix of(int cores, int sites, String refs, int rounds, List<Cell> cells, List<String> notes) {
        return new CheckMatrix(
                cores,
                sites,
                refs,
                rounds,
                (int) cells.stream().filter(Cell::isUnexpected).count(),
                (int) cells.stream().filter(Cell::isIncomplete).count(),
                List.copyOf(cells),
                notes);
    }

    @Override
    public ExitCode exitCode() {
        return unexpected > 0 ? ExitCode.VIOLATED : incomplete > 0 ? ExitCode.INCOMPLETE : ExitCode.FINE;
    }

    @Override
    public void printText(PrintWriter out) {
        List<String> protocols = distinct(cells.stream().map(Cell::protocol));
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
        out.println(protocols.size() + " protocols under " + modes.size() + " fetch modes, "
                + ProofWords.size(cores, sites) + (rounds == 1 ? "" : ", " + rounds + " rounds there and back")
                + ", references " + refs);
        out.println();
        TextTable table = new TextTable().words("protocol");
        modes.forEach(table::words);
        for (String protocol : protocols) {
            table.row(Stream.concat(
                            Stream.of(protocol),
                            cells.stream()
                                    .filter(cell -> cell.protocol.equals(protocol))
                                    .map(Cell::text))
                    .toArray());
        }
        out.print(table);
        out.println();
        notes.forEach(note -> Paragraph.print(out, "", note));
        cells.stream()
                .filter(Cell::isUnexpected)
                .forEach(cell -> Paragraph.print(
                        out,
                        "",
                        "should be " + cell.expected + ": poke-sim check --protocol " + cell.protocol + " --fetch "
                                + cell.fetch + " --cores " + cores + " --sites " + sites + " --refs " + refs
                                + " --batches " + rounds));
    }

    private static List<String> distinct(Stream<String> names) {
        return names.distinct().toList();
    }
}
