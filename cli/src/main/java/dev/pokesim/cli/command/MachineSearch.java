package dev.pokesim.cli.command;

import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.ProgressReporter;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.SamplingResult;
import dev.pokesim.emulator.explore.SamplingSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.patcher.proof.Coverage;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.run.MachineModel;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.TextOrigin;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Explores the machine while a person waits: says how far it is, and ends at the time limit or after Ctrl-C. */
final class MachineSearch {
    /** A run of so many transitions is cut off. */
    private static final int MAX_STEPS = 1_000_000;
    /** How many states are looked at to find what a sample found again with two cores. */
    private static final long SMALL_STATES = 500_000;
    /** So many states of a proof are held to say how many of them the machine comes by. */
    private static final long MOST_COVERED = 500_000;

    private static final double NANOS = 1e9; // in a second

    private final ProgressReporter progress;
    private final BooleanSupplier interrupted;
    private final MachineOptions options;
    private final ScheduleOptions schedules;
    private final int workers;
    private final long memoryLimitBytes;
    private final long endNanos;
    private ProofWatch.@Nullable Stop stop;
    private @Nullable Coverage coverage;
    private String notCovered = "";

    MachineSearch(OutputOptions output, MachineOptions options, ScheduleOptions schedules, LimitOptions limits) {
        progress = output.progress();
        interrupted = output.stopRequested();
        this.options = options;
        this.schedules = schedules;
        workers = limits.workers();
        memoryLimitBytes = limits.memoryBytes();
        endNanos = limits.timeNanos();
    }

    /** Explores a model as the options say, and writes down what it finds. */
    MachineResult run(MachineModel model, TextOrigin text, long seed) {
        boolean isSample = options.strategy() != MachineOptions.Strategy.EXHAUSTIVE;
        findStates(model);
        return isSample ? sample(model, text, seed) : exhaust(model, text, seed);
    }

    /** Finds the states of the proof that the machine is compared with. */
    private void findStates(MachineModel model) {
        ProofSetup proved = model instanceof PatchModel routines ? routines.proved() : null;
        if (proved == null) {
            notCovered = "no proof is about such a machine";
            return;
        }
        long start = System.nanoTime();
        progress.start("states of the proof", MOST_COVERED);
        notCovered = "the proof finds the protocol wrong, and ends there";
        try {
            coverage = Coverage.of(proved, extent -> {
                progress.step(extent.states());
                if (extent.states() > MOST_COVERED) {
                    notCovered = "the proof has more than " + RunResult.number(MOST_COVERED) + " states";
                    return false;
                }
                return goesOn(start);
            });
        } finally {
            progress.done();
        }
        if (stop != null) {
            notCovered = "stopped by " + stop;
        }
    }

    private Model.Source covered(MachineModel model) {
        return coverage == null ? model : ((PatchModel) model).coveredBy(coverage);
    }

    private MachineResult.Covered covered() {
        return coverage == null
                ? new MachineResult.Covered(null, null, notCovered)
                : new MachineResult.Covered(coverage.reached(), coverage.states(), null);
    }

    private MachineResult exhaust(MachineModel model, TextOrigin text, long seed) {
        SearchResult result = search(covered(model), memoryLimitBytes, Long.MAX_VALUE, "states");
        MachineResult.Search search =
                new MachineResult.Search(result.states(), result.transitions(), result.depth(), result.memoryBytes());
        ProofWatch.Stop why = result.verdict() == SearchResult.Verdict.INCOMPLETE
                ? stop == null ? ProofWatch.Stop.MEMORY : stop
                : null;
        boolean isWrong =
                result.verdict() != SearchResult.Verdict.SAFE && result.verdict() != SearchResult.Verdict.INCOMPLETE;
        String livelock = result.verdict() == SearchResult.Verdict.LIVELOCK ? result.reason() : null;
        return MachineResult.of(
                model,
                MachineResult.Setup.of(model, options, seed),
                search,
                null,
                covered(),
                why,
                isWrong ? found(model, text, livelock, result.trace(), List.of("search=exhaustive")) : null);
    }

    private MachineResult sample(MachineModel model, TextOrigin text, long seed) {
        long start = System.nanoTime();
        progress.start("runs", options.runs());
        SamplingResult result;
        try {
            result = new SamplingSearch(covered(model), seed, options.runs(), MAX_STEPS)
                    .schedulers(options.schedulers())
                    .untilFound(options.runs())
                    .with((run, wrong) -> {
                        progress.step(run);
                        sayHowLong(System.nanoTime() - start, run, wrong);
                        return goesOn(start);
                    })
                    .run();
        } finally {
            progress.done();
        }
        return MachineResult.of(
                model,
                MachineResult.Setup.of(model, options, seed),
                null,
                MachineResult.Sample.of(result, options.runs()),
                covered(),
                stop,
                result.isViolated() ? smallest(model, text, result.trace(), seed) : null);
    }

    private void sayHowLong(long nanos, int run, int wrong) {
        if (run > 0) {
            long left = Math.round(Math.ceil((double) nanos / run * (options.runs() - run) / NANOS));
            progress.detail("of " + RunResult.number(options.runs()) + " runs, " + RunResult.number(wrong)
                    + " wrong, about " + SearchFigures.duration(left) + " left");
        }
    }

    /** What two cores and one site show is short; what only many show is the sample itself. */
    private MachineResult.Found smallest(MachineModel model, TextOrigin text, List<Transition> trace, long seed) {
        MachineModel small = model.smallest();
        SearchResult result = search(small, memoryLimitBytes, SMALL_STATES, "states with 2 cores");
        boolean isThere = result.verdict() == SearchResult.Verdict.VIOLATED;
        return found(
                isThere ? small : model,
                text,
                null,
                isThere ? result.trace() : trace,
                List.of("search=" + options.strategy().optionName(), "seed=" + seed));
    }

    private SearchResult search(Model.Source model, long memoryBytes, long states, String what) {
        long start = System.nanoTime();
        SearchFigures figures = new SearchFigures(memoryBytes);
        progress.start(what, 0);
        try {
            return new ExhaustiveSearch(model, new SearchLimits(states, memoryBytes, Integer.MAX_VALUE))
                    .workers(workers)
                    .askingForEnds()
                    .with(extent -> {
                        progress.step(extent.states());
                        String latest = figures.at(System.nanoTime(), extent, "");
                        if (latest != null) {
                            progress.detail(latest);
                        }
                        return goesOn(start);
                    })
                    .run();
        } finally {
            progress.done();
        }
    }

    private boolean goesOn(long start) {
        if (stop == null && interrupted.getAsBoolean()) {
            stop = ProofWatch.Stop.INTERRUPT;
        } else if (stop == null && System.nanoTime() - start >= endNanos) {
            stop = ProofWatch.Stop.TIME;
        }
        return stop == null;
    }

    /**
     * Shows what went wrong, and saves it.
     *
     * @param livelock what the search knows of it; null if it is something else
     */
    private MachineResult.Found found(
            MachineModel model,
            TextOrigin text,
            @Nullable String livelock,
            List<Transition> trace,
            List<String> origin) {
        Replay.Result replayed = new Replay(model).run(trace);
        if (replayed.violation() == null && livelock != null) {
            replayed = replayed.withViolation(livelock);
        }
        boolean isSeenByCoverageAlone = replayed.violation() == null;
        if (isSeenByCoverageAlone) {
            replayed = new Replay(covered(model)).run(trace);
        }
        MachineTrace shown = MachineTrace.of(model, replayed, false);
        ScheduleOptions.Saved saved = null;
        if (schedules.isAsked() && !isSeenByCoverageAlone) {
            MachineSchedule schedule = new MachineSchedule(model, text, trace);
            saved = schedules.save(
                    String.valueOf(shown.oracle()), model.patcher(), schedule.write(new ArrayList<>(origin)));
        }
        return new MachineResult.Found(shown, saved);
    }
}
