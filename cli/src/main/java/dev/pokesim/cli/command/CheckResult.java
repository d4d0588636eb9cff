package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import dev.pokesim.patcher.proof.Assurance;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.site.LoadedImage;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim check} prints about one protocol.
 *
 * @param verdict safe, violated or incomplete: the worst of all fetch modes
 * @param covers the verdict in words, with what it covers
 * @param proofs one per fetch mode
 * @param assurance what holds besides: whether waits end, and whether the number of cores matters; empty if nothing is safe
 * @param assumptions what the verdict rests on
 * @param unsaid what it does not say
 * @param counterexample under the weakest of the modes that were asked for and show one; null if there is none
 */
record CheckResult(
        String verdict,
        String covers,
        Setup setup,
        List<Proof> proofs,
        List<String> assurance,
        List<String> assumptions,
        List<String> unsaid,
        @Nullable CounterexampleReport counterexample)
        implements Report {

    /**
     * What was asked for.
     *
     * @param cores with core 0, which patches
     * @param rounds there and back again
     * @param batches in all rounds
     * @param seed of generated text; null if there is none
     */
    record Setup(
            String input,
            String protocol,
            String description,
            int cores,
            int sites,
            int rounds,
            int batches,
            String refs,
            @Nullable Long seed,
            List<String> reductions) {}

    /**
     * One proof. Cores, sites, states and what follows are those of the search that came to the verdict: a small one if a small one
     * found a violation.
     *
     * @param stoppedBy time, memory or interrupt; null if there is a verdict
     * @param frontier states that were reached and not looked at: 0 if the search was exhausted
     * @param memoryBytes of the states
     * @param reductions with which the verdict was found
     */
    record Proof(
            String fetch,
            String source,
            String verdict,
            @Nullable String stoppedBy,
            int cores,
            int sites,
            long states,
            long transitions,
            long frontier,
            int depth,
            long memoryBytes,
            List<String> reductions) {

        static Proof of(ProofWatch.Proved proved) {
            ProofResult result = proved.result();
            Counterexample found = result.counterexample();
            ProofSetup searched = found == null ? result.setup() : found.setup();
            Extent extent = result.extent();
            FetchMode mode = result.setup().fetchMode();
            return new Proof(
                    mode.optionName(),
                    mode.source(),
                    name(result.verdict()),
                    proved.stop() == null ? null : proved.stop().name().toLowerCase(Locale.ROOT),
                    searched.cores(),
                    searched.places().size(),
                    extent.states(),
                    extent.transitions(),
                    extent.frontier(),
                    extent.depth(),
                    extent.memoryBytes(),
                    names(result.reductions()));
        }
    }

    /**
     * @param description of what is checked
     * @param seed of generated text; null if there is none
     * @param proved one per fetch mode, at least one, different in their modes only
     */
    static CheckResult of(
            LoadedImage image,
            String description,
            int rounds,
            @Nullable Long seed,
            Set<Reduction> asked,
            List<ProofWatch.Proved> proved) {
        ProofSetup first = proved.get(0).result().setup();
        Setup setup = new Setup(
                image.name(),
                first.protocol().name(),
                description,
                first.cores(),
                first.places().size(),
                rounds,
                first.batches().size(),
                first.perCoreRefs() ? "percpu" : "global",
                seed,
                names(asked));
        CounterexampleReport counterexample = proved.stream()
                .flatMap(one -> Stream.ofNullable(one.result().counterexample()))
                .findFirst()
                .map(found -> CounterexampleReport.of(found, image))
                .orElse(null);
        return new CheckResult(
                name(worst(proved)),
                ProofWords.covers(setup, proved),
                setup,
                proved.stream().map(Proof::of).toList(),
                assurance(proved),
                ProofWords.assumptions(first, proved),
                ProofWords.UNSAID,
                counterexample);
    }

    /** What holds besides, for the last of the modes under which it is safe: they go from the weakest to the strongest. */
    private static List<String> assurance(List<ProofWatch.Proved> proved) {
        return proved.stream()
                .filter(one -> one.result().verdict() == ProofResult.Verdict.SAFE)
                .reduce((weaker, stronger) -> stronger)
                .map(one -> ProofWords.assurance(
                        one.result().setup(), Assurance.of(one.result().setup())))
                .orElse(List.of());
    }

    static ProofResult.Verdict worst(List<ProofWatch.Proved> proved) {
        List<ProofResult.Verdict> worstFirst =
                List.of(ProofResult.Verdict.VIOLATED, ProofResult.Verdict.INCOMPLETE, ProofResult.Verdict.SAFE);
        return proved.stream()
                .map(one -> one.result().verdict())
                .min(Comparator.comparing(worstFirst::indexOf))
                .orElseThrow();
    }

    static String name(ProofResult.Verdict verdict) {
        return verdict.name().toLowerCase(Locale.ROOT);
    }

    /** In the order in which they are declared. */
    private static List<String> names(Set<Reduction> reductions) {
        return reductions.stream().sorted().map(Reduction::optionName).toList();
    }

    /** The same with the schedule of its counterexample. */
    CheckResult withSchedule(ScheduleOptions.Saved saved) {
        CounterexampleReport found = counterexample;
        return found == null
                ? this
                : new CheckResult(
                        verdict, covers, setup, proofs, assurance, assumptions, unsaid, found.withSchedule(saved));
    }

    @Override
    public ExitCode exitCode() {
        return exitCode(ProofResult.Verdict.valueOf(verdict.toUpperCase(Locale.ROOT)));
    }

    static ExitCode exitCode(ProofResult.Verdict verdict) {
        return switch (verdict) {
            case SAFE -> ExitCode.FINE;
            case VIOLATED -> ExitCode.VIOLATED;
            case INCOMPLETE -> ExitCode.INCOMPLETE;
        };
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(verdict.toUpperCase(Locale.ROOT) + ": " + covers);
        out.println();
        Paragraph.print(out, "", setup.protocol + ": " + setup.description);
        out.println(
                setup.input + ": " + counted(setup.sites, "site") + " in " + counted(setup.batches, "batch", "batches")
                        + (setup.rounds == 1 ? "" : ", there and back in " + setup.rounds + " rounds") + ", references "
                        + setup.refs);
        out.println();
        printProofs(out);
        out.println();
        if (counterexample != null) {
            counterexample.printText(out, counterexample.isShortest() ? "A shortest interleaving" : "An interleaving");
            out.println();
        }
        if (!assurance.isEmpty()) {
            printList(out, "Besides:", assurance);
            out.println();
        }
        printList(out, "Assumed:", assumptions);
        out.println();
        printList(out, "What the verdict does not say:", unsaid);
    }

    private void printProofs(PrintWriter out) {
        boolean isOpen = proofs.stream().anyMatch(proof -> proof.stoppedBy != null);
        TextTable table = new TextTable().words("fetch").words("verdict");
        table.numbers("cores").numbers("sites").numbers("states").numbers("transitions");
        if (isOpen) {
            table.numbers("unvisited");
        }
        table.numbers("depth").numbers("memory");
        for (Proof proof : proofs) {
            List<Object> cells = new ArrayList<>(List.of(
                    proof.fetch,
                    proof.verdict,
                    proof.cores,
                    proof.sites,
                    RunResult.number(proof.states),
                    RunResult.number(proof.transitions)));
            if (isOpen) {
                cells.add(RunResult.number(proof.frontier));
            }
            cells.add(RunResult.number(proof.depth));
            cells.add(mebibytes(proof.memoryBytes));
            table.row(cells.toArray());
        }
        out.print(table);
        out.println();
        proofs.stream().map(Proof::reductions).distinct().forEach(list -> {
            List<String> modes = proofs.stream()
                    .filter(proof -> proof.reductions.equals(list))
                    .map(Proof::fetch)
                    .toList();
            String where = modes.size() == proofs.size() ? "" : " under " + String.join(", ", modes);
            Paragraph.print(
                    out,
                    "",
                    "Reductions in force" + where + ": " + (list.isEmpty() ? "none" : String.join(", ", list)));
        });
    }

    static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f MiB", bytes / (double) (1 << 20));
    }

    static void printList(PrintWriter out, String title, List<String> lines) {
        out.println(title);
        lines.forEach(line -> Paragraph.print(out, "  ", line));
    }

    static String counted(int count, String noun) {
        return counted(count, noun, noun + "s");
    }

    private static String counted(int count, String one, String several) {
        return count + " " + (count == 1 ? one : several);
    }
}
