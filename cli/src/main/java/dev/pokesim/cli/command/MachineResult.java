package dev.pokesim.cli.command;

import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.Paragraph;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.TextTable;
import dev.pokesim.emulator.explore.PctScheduler;
import dev.pokesim.emulator.explore.SamplingResult;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.run.GuestModel;
import dev.pokesim.patcher.run.MachineModel;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.run.Surroundings;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What {@code poke-sim check --machine} prints.
 *
 * @param verdict safe, violated, not-found (sampled, nothing wrong) or incomplete
 * @param covers the verdict in words, with what it covers
 * @param search what an exhaustive search went through; null if it was a sample
 * @param sample what a sample did; null if the search was exhaustive
 * @param coverage how many of the proof's states it came by
 * @param stoppedBy time, memory or interrupt; null if nothing stopped it
 * @param found what went wrong; null if nothing did
 */
record MachineResult(
        String verdict,
        String covers,
        Setup setup,
        @Nullable Search search,
        @Nullable Sample sample,
        Covered coverage,
        @Nullable String stoppedBy,
        List<String> assumptions,
        List<String> unsaid,
        @Nullable Found found)
        implements Report {
    private static final int MOST_STEPS = 150;
    private static final String SAFE = "safe";
    private static final String VIOLATED = "violated";
    private static final String NOT_FOUND = "not-found";
    private static final String INCOMPLETE = "incomplete";

    private static List<String> unsaid(MachineModel model) {
        return List.of(
                "that any processor fetches like this: the fetch mode is a reading of the manuals, not a measurement",
                "anything about programs that execute the sites more often, or other numbers of cores and sites",
                model instanceof GuestModel
                        ? "anything about what stands in for the kernel's code: entry code, __text_poke(), IPIs (docs/kernel.md)"
                        : "that a kernel's own machine code does this: patcher and handler are routines of micro-ops, the text "
                                + "is x86");
    }

    /**
     * What was asked for.
     *
     * @param cores with core 0, which patches
     * @param passes calls that each other core makes
     * @param nmis that may hit each core
     */
    record Setup(
            String input,
            String protocol,
            String description,
            int cores,
            int sites,
            int passes,
            int nmis,
            String refs,
            String fetch,
            String strategy,
            long seed) {
        static Setup of(MachineModel model, MachineOptions options, long seed) {
            return new Setup(
                    model.target().image().name(),
                    model.patcher(),
                    model.description(),
                    model.cores(),
                    model.target().places().size(),
                    model.passes(),
                    model.nmis(),
                    model.counting(),
                    model.fetchMode().optionName(),
                    options.strategy().optionName(),
                    seed);
        }
    }

    /**
     * How many states of the proof of the same setup the machine came by.
     *
     * @param reached null if it is not known
     * @param states that the proof has, as far as a run can tell them apart; null if they are not known
     * @param unknown why it is not known; null if it is
     */
    record Covered(
            @Nullable Integer reached,
            @Nullable Integer states,
            @Nullable String unknown) {
        @Override
        public String toString() {
            return reached == null || states == null
                    ? "Coverage: not known: " + unknown + "."
                    : String.format(
                            Locale.ROOT,
                            "Coverage: %,d of %,d states of the proof (%.1f %%).",
                            reached,
                            states,
                            Math.floor(1000.0 * reached / states) / 10);
        }
    }

    /** An exhaustive search. */
    record Search(long states, long transitions, int depth, long memoryBytes) {}

    /**
     * A sample.
     *
     * @param runsWanted how many there should have been
     * @param cutOff runs that were given up for their length
     * @param actors cores, store buffers and interrupts that did anything
     * @param longestRun in transitions
     */
    record Sample(int runs, int runsWanted, int cutOff, int actors, int longestRun, List<Scheduler> schedulers) {
        static Sample of(SamplingResult result, int wanted) {
            List<Scheduler> all = result.rates().stream()
                    .map(rate -> Scheduler.of(rate, result))
                    .toList();
            return new Sample(result.runs(), wanted, result.cutOff(), result.actors(), result.longestRun(), all);
        }
    }

    /**
     * One scheduler of a sample.
     *
     * @param found runs that went wrong
     * @param hitBound the theorem's lower bound of the probability that one run finds a bug of this depth; null if there is no
     *     theorem
     * @param missBound the theorem's upper bound of the probability that all of these runs miss it
     */
    record Scheduler(
            String name,
            int runs,
            int found,
            @Nullable Double hitBound,
            @Nullable Double missBound) {
        private static final String PCT = "pct-";

        static Scheduler of(SamplingResult.Rate rate, SamplingResult result) {
            if (!rate.scheduler().startsWith(PCT)) {
                return new Scheduler(rate.scheduler(), rate.runs(), rate.found(), null, null);
            }
            int depth = Integer.parseInt(rate.scheduler().substring(PCT.length()));
            return new Scheduler(
                    rate.scheduler(),
                    rate.runs(),
                    rate.found(),
                    1 / (result.actors() * StrictMath.pow(result.longestRun(), depth - 1)),
                    PctScheduler.missProbability(result.actors(), result.longestRun(), depth, rate.runs()));
        }
    }

    /**
     * What went wrong.
     *
     * @param trace micro-op by micro-op; with two cores and one site if that shows it
     * @param schedule null if none was to be written
     */
    record Found(MachineTrace trace, ScheduleOptions.@Nullable Saved schedule) {}

    static MachineResult of(
            MachineModel model,
            Setup setup,
            @Nullable Search search,
            @Nullable Sample sample,
            Covered coverage,
            ProofWatch.@Nullable Stop stop,
            @Nullable Found found) {
        String verdict = found != null ? VIOLATED : stop != null ? INCOMPLETE : sample == null ? SAFE : NOT_FOUND;
        return new MachineResult(
                verdict,
                covers(verdict, setup, sample, stop),
                setup,
                search,
                sample,
                coverage,
                stop == null ? null : stop.name().toLowerCase(Locale.ROOT),
                assumptions(model),
                unsaid(model),
                found);
    }

    private static String covers(String verdict, Setup setup, @Nullable Sample sample, ProofWatch.@Nullable Stop stop) {
        String size = ProofWords.size(setup.cores, setup.sites) + ", " + setup.passes + " "
                + (setup.passes == 1 ? "call" : "calls") + " a core"
                + (setup.nmis == 0 ? "" : ", " + setup.nmis + " NMIs a core");
        String under = " under fetch mode " + setup.fetch;
        return switch (verdict) {
            case VIOLATED -> "an order of micro-ops breaks " + setup.protocol + under;
            case SAFE -> "exhausted: no order of the micro-ops of " + size + " breaks " + setup.protocol + under;
            case NOT_FOUND ->
                "sampled, not proved: none of " + RunResult.number(sample == null ? 0 : sample.runs) + " runs of "
                        + size + " broke " + setup.protocol + under;
            default ->
                "stopped by " + stop + " before "
                        + (sample == null
                                ? "every order of the micro-ops of " + size + " was gone through"
                                : "all runs were done: " + sample.runs + " of " + sample.runsWanted)
                        + "; nothing wrong so far says nothing about the rest";
        };
    }

    private static List<String> assumptions(MachineModel model) {
        List<String> all = new ArrayList<>(List.of(
                "cores: core 0 patches; each other core calls functions with sites " + model.passes()
                        + (model.passes() == 1 ? " time" : " times") + ", then waits for interrupts",
                "fetch " + model.fetchMode() + " (" + model.fetchMode().source() + ")",
                "memory: x86-TSO, a store buffer per core; IPIs take as long as they like",
                "steps that neither another core nor an interrupt can notice are done together (docs/design/0008)"));
        if (model instanceof PatchModel routines) {
            addSurroundings(routines.surroundings(), all);
        }
        return all;
    }

    private static void addSurroundings(Surroundings surroundings, List<String> all) {
        if (!surroundings.company().isEmpty()) {
            all.add("going on besides: "
                    + String.join(
                            ", ",
                            surroundings.company().stream()
                                    .sorted()
                                    .map(Company::optionName)
                                    .toList()));
        }
        if (!surroundings.without().isEmpty()) {
            all.add("not promised, and not looked at: "
                    + String.join(", ", surroundings.without().stream().sorted().toList()));
        }
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
        out.println(verdict.toUpperCase(Locale.ROOT).replace('-', ' ') + ": " + covers);
        out.println();
        Paragraph.print(out, "", setup.protocol + ": " + setup.description);
        out.println(setup.input + ": " + CheckResult.counted(setup.sites, "site") + ", references " + setup.refs);
        out.println();
        if (search != null) {
            TextTable table = new TextTable()
                    .numbers("cores")
                    .numbers("sites")
                    .numbers("states")
                    .numbers("transitions")
                    .numbers("depth")
                    .numbers("memory");
            table.row(
                    setup.cores,
                    setup.sites,
                    RunResult.number(search.states),
                    RunResult.number(search.transitions),
                    search.depth,
                    CheckResult.mebibytes(search.memoryBytes));
            out.print(table);
        }
        if (sample != null) {
            printSample(out, sample);
        }
        out.println();
        Paragraph.print(out, "", coverage.toString());
        out.println();
        if (found != null) {
            printFound(out, found);
        }
        CheckResult.printList(out, "Assumed:", assumptions);
        out.println();
        CheckResult.printList(out, "What the verdict does not say:", unsaid);
    }

    private void printSample(PrintWriter out, Sample drawn) {
        TextTable table = new TextTable()
                .words("scheduler")
                .numbers("runs")
                .numbers("wrong")
                .numbers("rate")
                .numbers("a run finds it with")
                .numbers("all miss it with");
        for (Scheduler one : drawn.schedulers) {
            table.row(
                    one.name,
                    RunResult.number(one.runs),
                    RunResult.number(one.found),
                    String.format(Locale.ROOT, "%.1f %%", 100.0 * one.found / Math.max(1, one.runs)),
                    one.hitBound == null ? "" : String.format(Locale.ROOT, ">= %.1e", one.hitBound),
                    one.missBound == null ? "" : String.format(Locale.ROOT, "<= %.6f", one.missBound));
        }
        out.print(table);
        out.println();
        boolean isGuaranteed = drawn.schedulers.stream().anyMatch(one -> one.hitBound != null);
        Paragraph.print(
                out,
                "",
                "Longest run: " + RunResult.number(drawn.longestRun) + " transitions of " + drawn.actors
                        + " actors (cores, store buffers, interrupts)"
                        + (drawn.cutOff == 0 ? "" : "; " + drawn.cutOff + " runs were cut off")
                        + (isGuaranteed
                                ? ". The last two columns are what is guaranteed for a bug of d ordering constraints, d "
                                        + "behind pct-, apart from stale bytes; the rate is what was seen"
                                : "")
                        + ".");
    }

    private void printFound(PrintWriter out, Found wrong) {
        MachineTrace trace = wrong.trace;
        boolean isShort = setup.strategy.equals("exhaustive") || trace.cores() != setup.cores;
        Paragraph.print(
                out,
                "",
                (isShort ? "A shortest order with " : "What the first run that went wrong did, with ")
                        + ProofWords.size(trace.cores(), trace.sites()) + " (" + trace.oracle() + "):");
        out.println();
        trace.printText(out, MOST_STEPS);
        out.println();
        if (wrong.schedule != null) {
            wrong.schedule.printText(out);
            out.println();
        }
    }
}
