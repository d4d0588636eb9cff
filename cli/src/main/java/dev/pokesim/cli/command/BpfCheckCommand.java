package dev.pokesim.cli.command;

import dev.pokesim.bpf.check.AsyncOracles;
import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncForms;
import dev.pokesim.bpf.run.AsyncModel;
import dev.pokesim.bpf.run.AsyncSchedule;
import dev.pokesim.bpf.run.ContextTrace;
import dev.pokesim.bpf.run.ExpectedVerdict;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenarios;
import dev.pokesim.cli.console.CloseMatches;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.ProgressReporter;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.explore.BreadthFirstSearch;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import java.util.ArrayList;
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
            "  poke-sim bpf check --scenario nmi-order-two-cpus --without CommandsInOrder",
            "  poke-sim bpf check --all",
            "  poke-sim bpf check --form v6 --all",
            "  poke-sim bpf check --mutants"
        })
public final class BpfCheckCommand implements Callable<Integer> {
    private static final double NANOS = 1e9; // in a second
    private static final String DEFAULT_FORM = "merged";
    private static final String DEFAULT_SCENARIO = "start-vs-delete";

    @Option(
            names = "--form",
            paramLabel = "FORM",
            description = "The form of the protocol: ${COMPLETION-CANDIDATES} (default: merged; with --all: each).",
            completionCandidates = FormNames.class)
    private @Nullable String form;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            description = "What meets: ${COMPLETION-CANDIDATES} (default: start-vs-delete).",
            completionCandidates = ScenarioNames.class)
    private @Nullable String scenario;

    @Option(
            names = "--all",
            description =
                    "Check every form, or the one of --form, in every scenario against the verdict that it should have.")
    private boolean all;

    @Option(
            names = "--mutants",
            description =
                    "Check every variant with a mistake in the scenarios that should show it, and count those that are found.")
    private boolean mutants;

    @Option(
            names = "--preemptions",
            paramLabel = "N",
            description =
                    "Leave out orders in which cores that could go on are held up more than N times (default: none is left out).")
    private @Nullable Integer preemptions;

    @Option(
            names = "--without",
            paramLabel = "PROPERTY",
            split = ",",
            description = "Do not watch this property: to see what is behind its violation.",
            completionCandidates = PropertyNames.class)
    private Set<String> without = Set.of();

    @Mixin
    private final LimitOptions limits = new LimitOptions();

    @Mixin
    private final ScheduleOptions schedules = new ScheduleOptions();

    @Mixin
    private final OutputOptions output;

    private ProofWatch.@Nullable Stop stop;
    /** In how many states of the last exploration everything was done. */
    private long ends;

    /** The command, printing to this console. */
    public BpfCheckCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        for (String property : without) {
            named("--without", property, propertyNames(), Function.identity());
        }
        int threads = limits.workers();
        int bound = preemptions == null ? ExpectedVerdict.UNBOUNDED : preemptions;
        TargetOptions.require(preemptions == null || bound >= 0, "--preemptions " + bound + " is less than 0");
        String formName = form == null ? DEFAULT_FORM : form;
        AsyncForm one = named("--form", formName, AsyncForms.ALL, AsyncForm::name);
        if (all || mutants) {
            TargetOptions.require(
                    scenario == null && without.isEmpty() && preemptions == null && !(all && mutants),
                    (all ? "--all" : "--mutants")
                            + " goes through fixed cases; leave out --scenario, --without, --preemptions and the other one");
            List<ExpectedVerdict> cases = (all ? ExpectedVerdict.ofForms() : ExpectedVerdict.ofBroken())
                    .stream()
                            .filter(each -> form == null || each.form().name().equals(formName))
                            .toList();
            TargetOptions.require(
                    !cases.isEmpty(), "--form " + formName + " has no cases in " + (all ? "--all" : "--mutants"));
            return output.print(matrix(cases, threads)).exitCode().value();
        }
        AsyncModel model = new AsyncModel(
                one,
                named("--scenario", scenario == null ? DEFAULT_SCENARIO : scenario, Scenarios.ALL, Scenario::name),
                without);
        return output.print(report(model, search(model, bound, threads), bound))
                .exitCode()
                .value();
    }

    private BpfMatrix matrix(List<ExpectedVerdict> cases, int threads) {
        List<BpfMatrix.Cell> cells = new ArrayList<>();
        for (ExpectedVerdict each : cases) {
            AsyncModel model = new AsyncModel(each.form(), each.scenario());
            stop = null;
            SearchResult result = search(model, each.preemptions(), threads);
            cells.add(BpfMatrix.Cell.of(each, result, ends));
            if (stop == ProofWatch.Stop.INTERRUPT) {
                break;
            }
        }
        return BpfMatrix.of(mutants, cells);
    }

    private SearchResult search(AsyncModel model, int bound, int threads) {
        ProgressReporter progress = output.progress();
        BooleanSupplier interrupted = output.stopRequested();
        long start = System.nanoTime();
        SearchResult result;
        ends = 0;
        progress.start("states", 0);
        try {
            BreadthFirstSearch.Progress watch = extent -> {
                progress.step(extent.states());
                if (stop == null && interrupted.getAsBoolean()) {
                    stop = ProofWatch.Stop.INTERRUPT;
                } else if (stop == null && System.nanoTime() - start >= limits.timeNanos()) {
                    stop = ProofWatch.Stop.TIME;
                }
                return stop == null;
            };
            ExhaustiveSearch search = new ExhaustiveSearch(
                            model, new SearchLimits(Long.MAX_VALUE, limits.memoryBytes(), Integer.MAX_VALUE))
                    .workers(threads)
                    .with(watch)
                    .atEnd(reached -> ends++);
            result = (bound == ExpectedVerdict.UNBOUNDED ? search : search.preemptions(bound)).run();
        } finally {
            progress.done();
        }
        progress.note(String.format(
                Locale.ROOT,
                "%s in %s: %,d states in %.1f s",
                model.form().name(),
                model.scenario().name(),
                result.states(),
                (System.nanoTime() - start) / NANOS));
        return result;
    }

    private BpfCheckResult report(AsyncModel model, SearchResult result, int bound) {
        if (!isWrong(result)) {
            boolean isStopped = result.verdict() == SearchResult.Verdict.INCOMPLETE;
            ProofWatch.Stop by = stop == null ? ProofWatch.Stop.MEMORY : stop;
            return BpfCheckResult.of(model, result, bound, ends, isStopped ? by : null, null, null);
        }
        AsyncSchedule schedule = new AsyncSchedule(model, result.trace());
        ContextTrace trace = ContextTrace.of(model, schedule.replay());
        ScheduleOptions.Saved saved = schedules.isAsked()
                ? schedules.save(
                        String.valueOf(trace.oracle()),
                        model.form().name() + "-" + model.scenario().name(),
                        schedule.write())
                : null;
        return BpfCheckResult.of(model, result, bound, ends, null, trace, saved);
    }

    private static boolean isWrong(SearchResult result) {
        return result.verdict() == SearchResult.Verdict.VIOLATED || result.verdict() == SearchResult.Verdict.DEADLOCK;
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
