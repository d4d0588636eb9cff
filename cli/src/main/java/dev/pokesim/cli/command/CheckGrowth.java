package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.patcher.proof.ProofResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * What {@code poke-sim check --growth} prints: how many states a proof visits as cores and sites become more.
 *
 * @param verdict safe, violated or incomplete: the worst of all sizes
 * @param rows by way to count references, then by size
 */
record CheckGrowth(String verdict, String protocol, String fetch, String input, int rounds, List<Row> rows)
        implements Report {

    /**
     * One size.
     *
     * @param executing cores besides core 0, which patches
     * @param states of the search that came to the verdict; a violation is found on fewer cores and sites
     */
    record Row(
            String refs,
            int executing,
            int sites,
            String verdict,
            long states,
            long transitions,
            int depth,
            long memoryBytes) {

        static Row of(ProofResult result) {
            return new Row(
                    result.setup().perCoreRefs() ? "percpu" : "global",
                    result.setup().cores() - 1,
                    result.setup().places().size(),
                    CheckResult.name(result.verdict()),
                    result.extent().states(),
                    result.extent().transitions(),
                    result.extent().depth(),
                    result.extent().memoryBytes());
        }
    }

    @Override
    public ExitCode exitCode() {
        return CheckResult.exitCode(ProofResult.Verdict.valueOf(verdict.toUpperCase(Locale.ROOT)));
    }

    @Override
    public void printText(PrintWriter out) {
        String what = protocol + " under fetch mode " + fetch;
        out.println(
                switch (exitCode()) {
                    case FINE -> "SAFE: exhausted at each of these sizes: no interleaving breaks " + what;
                    case VIOLATED -> "VIOLATED: an interleaving breaks " + what;
                    default -> "INCOMPLETE: stopped at the last of these sizes; safe below says nothing about it";
                });
        out.println(input + (rounds == 1 ? "" : ", there and back in " + rounds + " rounds")
                + ": its first sites; core 0 patches, the others execute");
        out.println();
        TextTable table = new TextTable()
                .words("refs")
                .numbers("executing cores")
                .numbers("sites")
                .words("verdict")
                .numbers("states")
                .numbers("transitions")
                .numbers("depth")
                .numbers("memory");
        for (Row row : rows) {
            table.row(
                    row.refs,
                    row.executing,
                    row.sites,
                    row.verdict,
                    RunResult.number(row.states),
                    RunResult.number(row.transitions),
                    RunResult.number(row.depth),
                    CheckResult.mebibytes(row.memoryBytes));
        }
        out.print(table);
    }
}
