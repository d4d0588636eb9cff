package dev.pokesim.cli.command;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.run.ExpectedVerdict;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.explore.SearchResult;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim bpf check --all} and {@code --mutants} print: verdicts against what they should be.
 *
 * @param unexpected how many verdicts differ from what they should be
 * @param incomplete how many explorations were stopped
 * @param mutants variants with a mistake that were tried; null unless that was asked for
 * @param killed how many of them were found wrong somewhere; null unless that was asked for
 * @param cells in the order in which they were explored
 */
record BpfMatrix(
        int unexpected,
        int incomplete,
        @Nullable Integer mutants,
        @Nullable Integer killed,
        List<Cell> cells) implements Report {
    /**
     * A form in a scenario.
     *
     * @param expected safe, or the property that should be violated
     * @param verdict safe, the property that is violated, or incomplete
     * @param preemptions the bound; null if every order was gone through
     * @param depth transitions of the longest order, or of the shortest wrong one
     */
    record Cell(
            String scenario,
            String form,
            String expected,
            String verdict,
            @Nullable Integer preemptions,
            long states,
            int depth) {
        static Cell of(ExpectedVerdict expected, SearchResult result, long ends) {
            return new Cell(
                    expected.scenario().name(),
                    expected.form().name(),
                    expected.verdict(),
                    ExpectedVerdict.found(result, ends),
                    expected.preemptions() == ExpectedVerdict.UNBOUNDED ? null : expected.preemptions(),
                    result.states(),
                    result.depth());
        }

        private boolean isIncomplete() {
            return verdict.equals(ExpectedVerdict.INCOMPLETE);
        }

        private boolean isUnexpected() {
            return !isIncomplete() && !verdict.equals(expected);
        }

        private boolean isMutant() {
            return AsyncForms.BROKEN.stream().map(AsyncForm::name).anyMatch(form::equals);
        }

        private boolean isKilled() {
            return !isIncomplete() && !verdict.equals(ExpectedVerdict.SAFE);
        }
    }

    static BpfMatrix of(boolean ofMutants, List<Cell> cells) {
        return new BpfMatrix(
                (int) cells.stream().filter(Cell::isUnexpected).count(),
                (int) cells.stream().filter(Cell::isIncomplete).count(),
                ofMutants ? forms(cells.stream().filter(Cell::isMutant).toList()) : null,
                ofMutants
                        ? forms(cells.stream()
                                .filter(cell -> cell.isMutant() && cell.isKilled())
                                .toList())
                        : null,
                List.copyOf(cells));
    }

    private static String names(List<AsyncForm> forms) {
        return String.join(", ", forms.stream().map(AsyncForm::name).toList());
    }

    private static int forms(List<Cell> cells) {
        return (int) cells.stream().map(Cell::form).distinct().count();
    }

    @Override
    public ExitCode exitCode() {
        return unexpected > 0 ? ExitCode.VIOLATED : incomplete > 0 ? ExitCode.INCOMPLETE : ExitCode.FINE;
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(
                switch (exitCode()) {
                    case FINE -> "AS EXPECTED: every verdict is what it should be";
                    case VIOLATED ->
                        "NOT AS EXPECTED: " + CheckResult.counted(unexpected, "verdict")
                                + " (with ! below) should be otherwise";
                    default ->
                        "INCOMPLETE: " + CheckResult.counted(incomplete, "exploration")
                                + " stopped before a verdict; the others are as they should be";
                });
        if (mutants != null) {
            out.println(killed + " of " + CheckResult.counted(mutants, "variant") + " with a mistake are found wrong");
            out.println("without something that nobody needs on x86: " + names(AsyncForms.EQUIVALENT));
            out.println("not counted, questions about a form: " + names(AsyncForms.CANDIDATES));
        }
        out.println();
        TextTable table = new TextTable()
                .words("scenario")
                .words("form")
                .words("verdict")
                .numbers("states")
                .numbers("depth")
                .words("bound");
        for (Cell cell : cells) {
            table.row(
                    cell.scenario,
                    cell.form,
                    cell.verdict + (cell.isUnexpected() ? "!" : ""),
                    RunResult.number(cell.states),
                    cell.depth,
                    cell.preemptions == null ? "none" : cell.preemptions + " preemptions");
        }
        out.print(table);
        cells.stream()
                .filter(Cell::isUnexpected)
                .forEach(cell -> Paragraph.print(
                        out,
                        "",
                        "should be " + cell.expected + ": poke-sim bpf check --form " + cell.form + " --scenario "
                                + cell.scenario
                                + (cell.preemptions == null ? "" : " --preemptions " + cell.preemptions)));
    }
}
