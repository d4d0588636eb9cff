package dev.pokesim.cli.command;

import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.ProgressReporter;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.SamplingResult;
import dev.pokesim.emulator.explore.SamplingSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.patcher.run.MachineModel;
import dev.pokesim.patcher.schedule.MachineSchedule;
import dev.pokesim.patcher.schedule.TextOrigin;
import java.time.Duration;
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

    private final ProgressReporter progress;
    private final BooleanSupplier interrupted;
    private final MachineOptions options;
    private final ScheduleOptions schedules;
    private final int workers;
    private final long memoryLimitBytes;
    private final long endNanos;
    private ProofWatch.@Nullable Stop stop;

    /**
     * @param timeLimit null for none
     */
    MachineSearch(
            OutputOptions output,
            MachineOptions options,
            ScheduleOptions schedules,
            int workers,
            @Nullable Duration timeLimit,
            long memoryLimitBytes) {
        progress = output.progress();
        interrupted = output.stopRequested();
        this.options = options;
        this.schedules = schedules;
        this.workers = workers;
        this.memoryLimitBytes = memoryLimitBytes;
        endNanos = timeLimit == null ? Long.MAX_VALUE : timeLimit.toNanos();
    }

    /** Explores a model as the options say, and writes down what it finds. */
    MachineResult run(MachineModel model, TextOrigin text, long seed) {
        boolean isSample = options.strategy() != MachineOptions.Strategy.EXHAUSTIVE;
        return isSample ? sample(model, text, seed) : exhaust(model, text, seed);
    }

    private MachineResult exhaust(MachineModel model, TextOrigin text, long seed) {
        SearchResult result = search(model, memoryLimitBytes, Long.MAX_VALUE, "states");
        MachineResult.Search search =
                new MachineResult.Search(result.states(), result.transitions(), result.depth(), result.memoryBytes());
        ProofWatch.Stop why = result.verdict() == SearchResult.Verdict.INCOMPLETE
                ? stop == null ? ProofWatch.Stop.MEMORY : stop
                : null;
        boolean isWrong =
                result.verdict() == SearchResult.Verdict.VIOLATED || result.verdict() == SearchResult.Verdict.DEADLOCK;
        return MachineResult.of(
                model,
                MachineResult.Setup.of(model, options, seed),
                search,
                null,
                why,
                isWrong ? found(model, text, result.trace(), List.of("search=exhaustive")) : null);
    }

    private MachineResult sample(MachineModel model, TextOrigin text, long seed) {
        long start = System.nanoTime();
        progress.start("runs", options.runs());
        SamplingResult result;
        try {
            result = new SamplingSearch(model, seed, options.runs(), MAX_STEPS)
                    .schedulers(options.schedulers())
                    .untilFound(options.runs())
                    .with((run, wrong) -> {
                        progress.step(run);
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
                stop,
                result.isViolated() ? smallest(model, text, result.trace(), seed) : null);
    }

    /** What two cores and one site show is short; what only many show is the sample itself. */
    private MachineResult.Found smallest(MachineModel model, TextOrigin text, List<Transition> trace, long seed) {
        MachineModel small = model.smallest();
        SearchResult result = search(small, memoryLimitBytes, SMALL_STATES, "states with 2 cores");
        boolean isThere = result.verdict() == SearchResult.Verdict.VIOLATED;
        return found(
                isThere ? small : model,
                text,
                isThere ? result.trace() : trace,
                List.of("search=" + options.strategy().optionName(), "seed=" + seed));
    }

    private SearchResult search(MachineModel model, long memoryBytes, long states, String what) {
        long start = System.nanoTime();
        progress.start(what, 0);
        try {
            return new ExhaustiveSearch(model, new SearchLimits(states, memoryBytes, Integer.MAX_VALUE))
                    .workers(workers)
                    .with(extent -> {
                        progress.step(extent.states());
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

    private MachineResult.Found found(
            MachineModel model, TextOrigin text, List<Transition> trace, List<String> origin) {
        MachineTrace shown = MachineTrace.of(model, new Replay(model).run(trace), false);
        ScheduleOptions.Saved saved = null;
        if (schedules.isAsked()) {
            MachineSchedule schedule = new MachineSchedule(model, text, trace);
            saved = schedules.save(
                    String.valueOf(shown.oracle()), model.patcher(), schedule.write(new ArrayList<>(origin)));
        }
        return new MachineResult.Found(shown, saved);
    }
}
