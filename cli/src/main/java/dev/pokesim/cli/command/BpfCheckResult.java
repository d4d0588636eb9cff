package dev.pokesim.cli.command;

import dev.pokesim.bpf.check.AsyncOracle;
import dev.pokesim.bpf.check.AsyncOracles;
import dev.pokesim.bpf.run.AsyncModel;
import dev.pokesim.bpf.run.ContextTrace;
import dev.pokesim.bpf.run.ExpectedVerdict;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.explore.SearchResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim bpf check} prints.
 *
 * @param verdict safe, violated or incomplete
 * @param covers the verdict in words, with what it covers
 * @param without properties that were not watched
 * @param bound of the exploration
 * @param stoppedBy time, memory or interrupt; null if nothing stopped it
 * @param trace a shortest order that goes wrong; null if none does
 * @param schedule null if none was written
 */
record BpfCheckResult(
        String verdict,
        String covers,
        String form,
        String formDescription,
        String scenario,
        String question,
        int cpus,
        List<String> properties,
        List<String> without,
        long states,
        long transitions,
        int depth,
        long memoryBytes,
        String bound,
        @Nullable String stoppedBy,
        List<String> assumptions,
        @Nullable ContextTrace trace,
        ScheduleOptions.@Nullable Saved schedule)
        implements Report {
    private static final String SAFE = "safe";
    private static final String VIOLATED = "violated";
    private static final String INCOMPLETE = "incomplete";

    static BpfCheckResult of(
            AsyncModel model,
            SearchResult result,
            int preemptions,
            long ends,
            ProofWatch.@Nullable Stop stop,
            @Nullable ContextTrace trace,
            ScheduleOptions.@Nullable Saved schedule) {
        boolean isEndless = ExpectedVerdict.found(result, ends).equals(AsyncOracles.ENDS);
        String verdict = trace != null || isEndless ? VIOLATED : stop != null ? INCOMPLETE : SAFE;
        String what = model.form().name() + " in " + model.scenario().name();
        return new BpfCheckResult(
                verdict,
                switch (verdict) {
                    case SAFE ->
                        (preemptions < 0 ? "exhausted: no order of the micro-ops" : "no order within the bound")
                                + " breaks " + what;
                    case VIOLATED ->
                        isEndless
                                ? "no order of the micro-ops ends: something in " + what + " goes on for ever"
                                : "an order of micro-ops breaks " + what;
                    default -> "stopped by " + stop + " before every order of " + what + " was gone through";
                },
                model.form().name(),
                model.form().description(),
                model.scenario().name(),
                model.scenario().question(),
                model.scenario().cpus(),
                model.oracles().stream().map(AsyncOracle::property).toList(),
                List.copyOf(new TreeSet<>(model.without())),
                result.states(),
                result.transitions(),
                result.depth(),
                result.memoryBytes(),
                bound(preemptions),
                stop == null ? null : stop.name().toLowerCase(Locale.ROOT),
                List.of(
                        "memory: x86-TSO, a store buffer per core; an NMI or interrupt may come between any two micro-ops",
                        "a timer is due at any time after it was started; one interrupt runs one timer",
                        "a grace period ends at any time after every reader that was active at the call has ended",
                        "the kernel is routines of micro-ops, not its machine code; memory is never handed out twice",
                        "steps that neither another core nor an interrupt can notice are done together (docs/design/0008)"),
                trace,
                schedule);
    }

    static String bound(int preemptions) {
        return preemptions < 0
                ? "none: every interleaving, arrival and store-buffer drain"
                : "at most " + preemptions + " preemptions of a core by another one; every arrival and drain";
    }

    @Override
    public ExitCode exitCode() {
        return switch (verdict) {
            case VIOLATED -> ExitCode.VIOLATED;
            case INCOMPLETE -> ExitCode.INCOMPLETE;
            default -> ExitCode.FINE;
        };
    }

    @Override
    public void printText(PrintWriter out) {
        out.println(verdict.toUpperCase(Locale.ROOT) + ": " + covers);
        out.println();
        out.println(form + ": " + formDescription);
        out.println(scenario + ": " + question);
        out.println();
        TextTable table = new TextTable()
                .numbers("CPUs")
                .numbers("states")
                .numbers("transitions")
                .numbers("depth")
                .numbers("memory")
                .words("bound");
        table.row(
                cpus,
                RunResult.number(states),
                RunResult.number(transitions),
                depth,
                CheckResult.mebibytes(memoryBytes),
                bound);
        out.print(table);
        out.println();
        if (trace != null) {
            out.println("A shortest order (" + trace.oracle() + "):");
            out.println();
            printTrace(out, trace);
            out.println();
        }
        if (schedule != null) {
            schedule.printText(out);
            out.println();
        }
        CheckResult.printList(out, "Watched:", properties);
        if (!without.isEmpty()) {
            CheckResult.printList(out, "Not watched:", without);
        }
        out.println();
        CheckResult.printList(out, "Assumed:", assumptions);
    }

    /** One paragraph per context, in the order in which they took turns. */
    static void printTrace(PrintWriter out, ContextTrace trace) {
        for (ContextTrace.Group group : trace.groups()) {
            if (!group.steps().isEmpty()) {
                out.printf(Locale.ROOT, "%4d  %s%n", group.first(), group.context());
                Paragraph.print(out, "      ", String.join("; ", group.steps()));
            }
        }
        if (trace.what() != null) {
            out.println();
            Paragraph.print(out, "", trace.what());
        }
    }
}
