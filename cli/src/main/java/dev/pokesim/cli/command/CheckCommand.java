package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.run.GuestModel;
import dev.pokesim.patcher.run.MachineModel;
import dev.pokesim.patcher.run.PatchModel;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.ScenarioModel;
import dev.pokesim.patcher.schedule.ProofSchedule;
import dev.pokesim.patcher.schedule.TextOrigin;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import dev.pokesim.patcher.site.KernelImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code poke-sim check}: proves or refutes that no interleaving of a patch protocol makes a core execute a wrong instruction. */
@Command(
        name = "check",
        description = {
            "Prove that no interleaving breaks a patch protocol, or show a shortest one that does.",
            "Every state is visited that one patching core and the others can reach; nothing is sampled.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim check --cores 480 --sites 164",
            "  poke-sim check --protocol broken-no-second-sync --fetch all",
            "  poke-sim check --input testdata/elf/statickeys.elf --key stats_key --batches 2",
            "  poke-sim check --cores 5 --sites 2 --reductions none --time-limit 60s",
            "  poke-sim check --scenario hotspot-self-jump --fetch all",
            "  poke-sim check --machine --protocol broken-refs-late",
            "  poke-sim check --machine --scenario vector-without-sync",
            "  poke-sim check --machine --cores 64 --sites 16 --strategy portfolio",
            "  poke-sim check --input vmlinuz --key bpf_stats_enabled_key --guest",
            "  poke-sim check --input vmlinuz --key KEY --guest --mutate skip-sync=2",
            "  poke-sim check --all",
            "  poke-sim check --growth"
        })
public final class CheckCommand implements Callable<Integer> {
    private static final int FEWEST_CORES = 2;
    private static final int MAX_ROUNDS = 64;
    private static final int LARGEST_GROWTH = 256;
    private static final String ALL = "all";
    private static final String NONE = "none";
    private static final List<Refs> SCHEMES = List.of(new PerCpuRefs(), new GlobalRefs());
    private static final List<String> MATRIX_REFUSES = List.of(
            "--scenario",
            "--growth",
            "--protocol",
            "--fetch",
            "--cores",
            "--sites",
            "--call-sites",
            "--seed",
            "--input",
            "--key",
            "--refs",
            "--batches");
    private static final List<String> SCENARIO_REFUSES = List.of(
            "--growth",
            "--protocol",
            "--cores",
            "--sites",
            "--call-sites",
            "--seed",
            "--input",
            "--key",
            "--refs",
            "--batches");
    private static final List<String> MACHINE_REFUSES = List.of("--all", "--growth", "--batches", "--reductions");
    private static final List<String> MACHINE_SCENARIO_REFUSES =
            List.of("--protocol", "--sites", "--call-sites", "--input", "--key", "--refs");
    private static final List<String> GROWTH_REFUSES = List.of("--cores", "--sites");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private final TargetOptions target = new TargetOptions();

    @Option(
            names = "--batches",
            paramLabel = "K",
            defaultValue = "1",
            description = "Patch all sites K times, there and back and there again (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--refs",
            paramLabel = "SCHEME",
            defaultValue = "percpu",
            description =
                    "How handlers count references: percpu or global, with --machine global-fetch-add, too (default: "
                            + "${DEFAULT-VALUE}; both with --growth).")
    private String refs = "";

    @Option(
            names = "--fetch",
            paramLabel = "MODE",
            defaultValue = "window",
            description = "How stale fetched text may be: coherent, two-reads, line, quadword, window, erratum, or all "
                    + "(default: ${DEFAULT-VALUE}).")
    private String fetch = "";

    @Option(
            names = "--reductions",
            paramLabel = "LIST",
            defaultValue = ALL,
            description =
                    "Which states may be left out without leaving out a verdict: all, none, or some of prompt-sync, "
                            + "whole-handlers, symmetry and weak-return, with commas (default: ${DEFAULT-VALUE}).")
    private String reductions = "";

    @Mixin
    private final LimitOptions limits = new LimitOptions();

    @Option(
            names = "--all",
            description =
                    "Every scenario that comes with the tool under every fetch mode, against the verdict that it should have.")
    private boolean all;

    @Option(
            names = "--scenario",
            paramLabel = "NAME|FILE",
            description = "Check a scenario: one that comes with the tool, or a YAML file of yours.")
    private @Nullable String scenario;

    @Option(
            names = "--growth",
            description = "Count states for 1, 2, 4 .. 256 executing cores and as many sites, with both --refs.")
    private boolean growth;

    @Mixin
    private final MachineOptions machine = new MachineOptions();

    @Mixin
    private final ScheduleOptions schedules = new ScheduleOptions();

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public CheckCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        TargetOptions.require(
                rounds >= 1 && rounds <= MAX_ROUNDS, "--batches " + rounds + " is not between 1 and " + MAX_ROUNDS);
        if (machine.isAsked()) {
            return output.print(ofMachine()).exitCode().value();
        }
        Set<Reduction> reduced = reductions();
        ProofWatch watch = new ProofWatch(output, reduced, limits);
        Report report = all
                ? matrix(watch)
                : scenario != null
                        ? ofScenario(watch, reduced, scenario)
                        : growth ? growth(watch) : one(watch, reduced);
        watch.sayHowLong();
        return output.print(report).exitCode().value();
    }

    private MachineResult ofMachine() {
        refuse("--machine explores one machine in one fetch mode", MACHINE_REFUSES);
        List<FetchMode> modes = fetchModes();
        TargetOptions.require(modes.size() == 1, "--machine takes one fetch mode; name it instead of --fetch all");
        int cores = isGiven("--cores") ? target.cores(FEWEST_CORES) : FEWEST_CORES;
        TargetOptions.require(
                cores <= PatchModel.MAX_CORES,
                "--machine takes up to " + PatchModel.MAX_CORES + " cores, not " + cores);
        if (scenario != null) {
            return ofMachine(scenario, modes.get(0), cores);
        }
        MachineModel model = machine.guest().isAsked() ? ofGuest(modes.get(0), cores) : ofRoutines(modes.get(0), cores);
        return new MachineSearch(output, machine, schedules, limits)
                .run(model, target.origin(model.target()), target.seed());
    }

    private PatchModel ofRoutines(FetchMode mode, int cores) {
        PatchTarget patched = isGiven("--sites") ? target.target() : target.upTo(1);
        TargetOptions.require(
                KernelImage.of(patched.image()).isEmpty(),
                "--machine executes functions with sites, and those of a kernel need the kernel around them; add --guest");
        return new PatchModel(patched, target.protocol(), refs(), mode, cores, machine.passes(), machine.nmis());
    }

    private GuestModel ofGuest(FetchMode mode, int cores) {
        GuestOptions.require(spec.commandLine().getParseResult(), List.of("--refs", "--protocol", "--nmis"));
        return machine.guest().model(target.wholeKey(), target.sites(1), mode, cores, machine.passes());
    }

    private MachineResult ofMachine(String nameOrFile, FetchMode mode, int cores) {
        refuse("--scenario says what is explored", MACHINE_SCENARIO_REFUSES);
        ProofSetup setup = PatchScenarioReader.read(nameOrFile).setup(mode).withCores(cores);
        String lacks = ScenarioModel.lacks(setup);
        if (lacks != null) {
            throw new UserError(
                    "--machine --scenario " + nameOrFile + ": " + lacks + "; leave out --machine to prove it");
        }
        int passes = isGiven("--passes") ? machine.passes() : ScenarioModel.passes(setup);
        return new MachineSearch(output, machine, schedules, limits)
                .run(
                        ScenarioModel.of(setup, passes, machine.nmis()),
                        new TextOrigin.Scenario(nameOrFile),
                        target.seed());
    }

    /** With the schedule of what was found, if one is wanted. */
    private CheckResult scheduled(CheckResult result, List<ProofWatch.Proved> proved, String scenarioName) {
        return proved.stream()
                .flatMap(one -> Stream.ofNullable(one.result().counterexample()))
                .findFirst()
                .filter(found -> schedules.isAsked())
                .map(found -> new ProofSchedule(found.setup(), scenarioName, found.steps()))
                .filter(ProofSchedule::canBeWritten)
                .map(schedule -> result.withSchedule(schedules.save(
                        String.valueOf(
                                result.counterexample() == null
                                        ? ""
                                        : result.counterexample().oracle()),
                        schedule.setup().protocol().name(),
                        schedule.write(List.of("search=proof")))))
                .orElse(result);
    }

    private CheckResult one(ProofWatch watch, Set<Reduction> reduced) {
        int cores = target.cores(FEWEST_CORES);
        PatchProtocol protocol = target.protocol();
        Refs scheme = refs();
        List<FetchMode> modes = fetchModes();
        PatchTarget patched = target.target();
        List<ProofWatch.Proved> proved = new ArrayList<>();
        for (FetchMode mode : modes) {
            proved.add(watch.prove(
                    modes.size() == 1 ? "states" : mode + ", states", setup(protocol, patched, cores, scheme, mode)));
        }
        return scheduled(
                CheckResult.of(patched.image(), protocol.description(), rounds, target.seed(), reduced, proved),
                proved,
                "");
    }

    private CheckMatrix matrix(ProofWatch watch) {
        refuse("--all goes through every scenario and fetch mode", MATRIX_REFUSES);
        List<CheckMatrix.Cell> cells = new ArrayList<>();
        for (PatchScenario each : PatchCatalogue.all()) {
            for (FetchMode mode : FetchMode.values()) {
                ProofWatch.Proved proved = watch.prove(each.name() + ", states", each.setup(mode));
                cells.add(CheckMatrix.Cell.of(each, proved.result()));
            }
        }
        return CheckMatrix.of(cells);
    }

    private CheckResult ofScenario(ProofWatch watch, Set<Reduction> reduced, String nameOrFile) {
        refuse(
                "--scenario says what is checked; --fetch, --reductions, --workers and limits go with it",
                SCENARIO_REFUSES);
        PatchScenario read = PatchScenarioReader.read(nameOrFile);
        List<FetchMode> modes = fetchModes();
        List<ProofWatch.Proved> proved = new ArrayList<>();
        for (FetchMode mode : modes) {
            proved.add(watch.prove(modes.size() == 1 ? "states" : mode + ", states", read.setup(mode)));
        }
        return scheduled(
                CheckResult.of(read.image(), read.about() + " Source: " + read.source(), 1, null, reduced, proved),
                proved,
                nameOrFile);
    }

    private CheckGrowth growth(ProofWatch watch) {
        refuse("--growth goes through cores and sites by itself", GROWTH_REFUSES);
        List<FetchMode> modes = fetchModes();
        TargetOptions.require(modes.size() == 1, "--growth takes one fetch mode; name it instead of --fetch all");
        PatchProtocol protocol = target.protocol();
        PatchTarget patched = target.upTo(LARGEST_GROWTH);
        List<Refs> schemes = isGiven("--refs") ? List.of(refs()) : SCHEMES;
        List<ProofWatch.Proved> proved = new ArrayList<>();
        for (Refs scheme : schemes) {
            for (int size = 1; size <= patched.places().size(); size *= 2) {
                ProofSetup setup = setup(protocol, patched.first(size), size + 1, scheme, modes.get(0));
                ProofWatch.Proved next = watch.prove(size + " cores and sites, states", setup);
                proved.add(next);
                if (next.stop() != null) {
                    break; // larger ones take longer
                }
            }
        }
        return new CheckGrowth(
                CheckResult.name(CheckResult.worst(proved)),
                protocol.name(),
                modes.get(0).optionName(),
                patched.image().name(),
                rounds,
                proved.stream().map(one -> CheckGrowth.Row.of(one.result())).toList());
    }

    private ProofSetup setup(PatchProtocol protocol, PatchTarget patched, int cores, Refs scheme, FetchMode mode) {
        return ProofSetup.of(
                protocol,
                ProofSetup.thereAndBack(ProofSetup.batches(patched.places()), rounds),
                cores,
                scheme instanceof PerCpuRefs,
                mode);
    }

    private void refuse(String because, List<String> options) {
        for (String option : options) {
            if (isGiven(option)) {
                throw new UserError(because + "; leave out " + option);
            }
        }
    }

    private boolean isGiven(String option) {
        return spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    private Refs refs() {
        return TargetOptions.named("--refs", refs, machine.isAsked() ? RefsSchemes.ALL : SCHEMES, Refs::name);
    }

    private List<FetchMode> fetchModes() {
        List<FetchMode> modes = Arrays.asList(FetchMode.values());
        return fetch.equals(ALL) ? modes : List.of(TargetOptions.named("--fetch", fetch, modes, FetchMode::optionName));
    }

    private Set<Reduction> reductions() {
        if (reductions.equals(ALL)) {
            return Reduction.ALL;
        }
        Set<Reduction> chosen = EnumSet.noneOf(Reduction.class);
        if (!reductions.equals(NONE)) {
            for (String name : reductions.split(",", -1)) {
                chosen.add(TargetOptions.named(
                        "--reductions", name, Arrays.asList(Reduction.values()), Reduction::optionName));
            }
        }
        return chosen;
    }
}
