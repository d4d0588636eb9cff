package dev.pokesim.cli.command;

import dev.pokesim.bpf.check.AsyncOracles;
import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.run.AsyncModel;
import dev.pokesim.bpf.run.AsyncSchedule;
import dev.pokesim.bpf.run.ContextTrace;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenarios;
import dev.pokesim.cli.console.ByteSizeConverter;
import dev.pokesim.cli.console.CloseMatches;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.DurationConverter;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.ProgressReporter;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.explore.BreadthFirstSearch;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code poke-sim bpf check}: goes through every order of the micro-ops of a scenario. */
@Command(
        name = "check",
        description = {
            "Go through every order in which a few operations on a BPF timer can meet: tasks, NMIs, irq_work, timer interrupts, grace "
                    + "periods, store buffers.",
            "Status 0: every property holds in every order. 1: one does not; a shortest order is printed. 3: stopped.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim bpf check --form merged --scenario start-vs-delete",
            "  poke-sim bpf check --form v6 --scenario nmi-start-vs-delete --without NeverWaitsForItself"
        })
public final class BpfCheckCommand implements Callable<Integer> {
    private static final double NANOS = 1e9; // in a second

    @Option(
            names = "--form",
            paramLabel = "FORM",
            defaultValue = "merged",
            description = "The form of the protocol: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            completionCandidates = FormNames.class)
    private String form = "";

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            defaultValue = "start-vs-delete",
            description = "What meets: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).",
            completionCandidates = ScenarioNames.class)
    private String scenario = "";

    @Option(
            names = "--without",
            paramLabel = "PROPERTY",
            split = ",",
            description = "Do not watch this property: to see what is behind its violation.",
            completionCandidates = PropertyNames.class)
    private Set<String> without = Set.of();

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Threads; the result does not depend on them (default: one per processor).")
    private @Nullable Integer workers;

    @Option(
            names = "--time-limit",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "Stop without a verdict after so long: 90s, 5m, 2h (default: never).")
    private @Nullable Duration timeLimit;

    @Option(
            names = "--memory-limit",
            paramLabel = "SIZE",
            converter = ByteSizeConverter.class,
            description =
                    "Stop without a verdict when the states take so much: 512m, 2g (default: half of the JVM's heap).")
    private @Nullable Long memoryLimit;

    @Mixin
    private final ScheduleOptions schedules = new ScheduleOptions();

    @Mixin
    private final OutputOptions output;

    private ProofWatch.@Nullable Stop stop;

    /** The command, printing to this console. */
    public BpfCheckCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        for (String property : without) {
            named("--without", property, propertyNames(), Function.identity());
        }
        AsyncModel model = new AsyncModel(
                named("--form", form, AsyncForms.ALL, AsyncForm::name),
                named("--scenario", scenario, Scenarios.ALL, Scenario::name),
                without);
        int threads = workers == null ? Runtime.getRuntime().availableProcessors() : workers;
        TargetOptions.require(threads >= 1 && threads <= 1024, "--workers " + threads + " is not between 1 and 1024");
        return output.print(check(model, threads)).exitCode().value();
    }

    private BpfCheckResult check(AsyncModel model, int threads) {
        ProgressReporter progress = output.progress();
        BooleanSupplier interrupted = output.stopRequested();
        long start = System.nanoTime();
        long end = timeLimit == null ? Long.MAX_VALUE : timeLimit.toNanos();
        long memory = memoryLimit == null ? Runtime.getRuntime().maxMemory() / 2 : memoryLimit;
        SearchResult result;
        progress.start("states", 0);
        try {
            BreadthFirstSearch.Progress watch = extent -> {
                progress.step(extent.states());
                if (stop == null && interrupted.getAsBoolean()) {
                    stop = ProofWatch.Stop.INTERRUPT;
                } else if (stop == null && System.nanoTime() - start >= end) {
                    stop = ProofWatch.Stop.TIME;
                }
                return stop == null;
            };
            result = new ExhaustiveSearch(model, new SearchLimits(Long.MAX_VALUE, memory, Integer.MAX_VALUE))
                    .workers(threads)
                    .with(watch)
                    .run();
        } finally {
            progress.done();
        }
        progress.note(String.format(
                Locale.ROOT, "%,d states in %.1f s", result.states(), (System.nanoTime() - start) / NANOS));
        return switch (result.verdict()) {
            case SAFE -> BpfCheckResult.of(model, result, null, null, null);
            case INCOMPLETE ->
                BpfCheckResult.of(model, result, stop == null ? ProofWatch.Stop.MEMORY : stop, null, null);
            case VIOLATED, DEADLOCK -> found(model, result);
        };
    }

    private BpfCheckResult found(AsyncModel model, SearchResult result) {
        AsyncSchedule schedule = new AsyncSchedule(model, result.trace());
        ContextTrace trace = ContextTrace.of(model, schedule.replay());
        ScheduleOptions.Saved saved = schedules.isAsked()
                ? schedules.save(
                        String.valueOf(trace.oracle()),
                        model.form().name() + "-" + model.scenario().name(),
                        schedule.write())
                : null;
        return BpfCheckResult.of(model, result, null, trace, saved);
    }

    private static <T> T named(String option, String typed, List<T> all, Function<T, String> name) {
        List<String> names = all.stream().map(name).toList();
        int index = names.indexOf(typed);
        if (index < 0) {
            throw new UserError(option + " " + typed + ": there is no such name, only " + String.join(", ", names)
                    + CloseMatches.question(typed, names));
        }
        return all.get(index);
    }

    private static List<String> propertyNames() {
        return AsyncOracles.all().stream()
                .map(oracle -> oracle.getClass().getSimpleName())
                .toList();
    }

    /** For help and completion. */
    static final class FormNames extends Names {
        FormNames() {
            super(AsyncForms.ALL.stream().map(AsyncForm::name).toList());
        }
    }

    /** For help and completion. */
    static final class ScenarioNames extends Names {
        ScenarioNames() {
            super(Scenarios.ALL.stream().map(Scenario::name).toList());
        }
    }

    /** For help and completion. */
    static final class PropertyNames extends Names {
        PropertyNames() {
            super(propertyNames());
        }
    }

    private abstract static class Names implements Iterable<String> {
        private final List<String> names;

        Names(List<String> names) {
            this.names = names;
        }

        @Override
        public java.util.Iterator<String> iterator() {
            return names.iterator();
        }
    }
}
