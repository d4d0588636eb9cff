package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.Contention;
import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.patcher.check.EveryWaitEnds;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.guest.GuestCores;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.guest.GuestProgram;
import dev.pokesim.patcher.guest.KernelMutation;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.Listeners;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.RunLink;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.site.Symbol;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One patching run in simulated time in which a kernel does everything itself: core 0 executes its static_key_enable() or
 * static_key_disable(), the others its functions that have sites of the key and can be called, all trap into its INT3 handler.
 *
 * <p>As {@link PatchRun}, with these differences: the code of patcher and handler is guest code, whose instructions are counted one
 * by one; reference counts are as the kernel has them. The kernel's own code is held against the proof of text-poke-batch.
 */
public final class GuestRun {
    private static final int PATCHER = 0;

    private final GuestKernel kernel;
    private final KernelMutation mutation;
    private final RunSetup setup;
    private final AddressSpace memory = new AddressSpace();
    private final Machine machine;
    private final TimedMachine timed;
    private final PokeArray array;
    private final Figures figures;
    private final EventLog log;
    private final EveryWaitEnds waits;
    private final Workload workload;
    private final RunWatch watch;
    private final List<PatchListener> attached = new ArrayList<>();
    /** Null if the kernel does something wrong on purpose: then it is to be seen what comes of that. */
    private final @Nullable RunLink link;

    private GuestRun(GuestKernel kernel, KernelMutation mutation, RunSetup setup) {
        this.kernel = kernel;
        this.mutation = mutation;
        this.setup = setup;
        kernel.map(memory, setup.cores());
        GuestProgram.map(kernel, memory);
        Scenario scenario = setup.scenario();
        machine = new Machine(memory, setup.cores(), setup.fetchMode(), SeededRandom.of(setup.seed(), "stale bytes"));
        timed = new TimedMachine(
                machine,
                setup.profile(),
                new Contention(
                        scenario.serviceOrder() == Scenario.RANDOM_ORDER
                                ? Contention.UNORDERED
                                : scenario.serviceOrder(),
                        scenario.retryHitProbability()),
                SeededRandom.of(setup.seed(), "service order"));
        array = kernel.pokeArray();
        figures = new Figures(array.counters()::contains, array.counters().size(), setup.cores());
        waits = new EveryWaitEnds(setup.cores(), PATCHER, KernelCosts.of(setup.profile()));
        watch = new RunWatch(setup, machine, timed, figures, waits);
        link = mutation.equals(KernelMutation.NONE)
                ? new RunLink(
                        proved(setup),
                        array,
                        new KernelLayout(kernel.address("_stext"), setup.cores()),
                        memory.history())
                : null;
        log = new EventLog(kernel.image());
        workload = new Workload(
                scenario,
                hotEntries(),
                core -> GuestProgram.argument(kernel),
                SeededRandom.of(setup.seed(), "workload"));
    }

    /** What a proof about the kernel's patcher and handler is about. */
    private static ProofSetup proved(RunSetup setup) {
        return ProofSetup.of(
                new TextPokeBatch(),
                ProofSetup.batches(setup.target().places()),
                Math.max(2, setup.cores()),
                false, // kernels that run as guests have one count
                setup.fetchMode());
    }

    /**
     * The functions with a place of a target that cores can call in a guest kernel, in the order of its places.
     *
     * @return empty if the target's key has no site in one of them
     */
    public static List<Long> callable(GuestKernel kernel, PatchTarget target) {
        List<Long> runners =
                GuestProgram.runners(kernel).stream().map(Symbol::address).toList();
        return target.entries().stream().filter(runners::contains).distinct().toList();
    }

    /**
     * One that has not begun.
     *
     * @param mutation what the kernel does wrong
     * @param setup its target is of a key of the kernel's image, all its places; it has at most as many hot sites as there are
     *     {@link #callable} functions; its protocol and its way to count references are not looked at
     */
    public static GuestRun of(GuestKernel kernel, KernelMutation mutation, RunSetup setup) {
        return new GuestRun(kernel, mutation, setup);
    }

    /** Lets a timeline record it; before the run begins. */
    public GuestRun observe(RunTimeline timeline) {
        array.counters().forEach(counter -> timed.observeLine(counter, timeline));
        attached.add(timeline);
        return this;
    }

    /** Records it; before it begins. */
    public GuestRun record(RunTrace trace) {
        attached.add(trace.events());
        return this;
    }

    private List<Long> hotEntries() {
        List<Long> callable = callable(kernel, setup.target());
        List<Long> hot = new ArrayList<>();
        for (int i = 0; i < setup.hotSites(); i++) {
            hot.add(callable.get((int) ((long) i * callable.size() / setup.hotSites())));
        }
        return hot;
    }

    /**
     * Runs it to its end, once.
     *
     * @throws dev.pokesim.patcher.guest.GuestStopped if the kernel comes to something that is not emulated
     */
    public RunReport run(PatchRun.Progress progress) {
        List<TextPokeLoc> places = setup.target().places();
        List<PatchListener> all = new ArrayList<>(attached);
        all.addAll(List.of(log, figures, waits));
        waits.reportTo(watch::violated);
        for (Oracle oracle : Oracles.of(places, array, setup.cores())) {
            oracle.reportTo(watch::violated);
            all.add(oracle);
        }
        if (link != null) {
            link.reportTo(watch::violated);
            all.add(link); // last: who knows what is wrong speaks first
        }
        TimedRun.observeLines(timed, all);
        GuestCores.install(
                kernel, machine, PATCHER, KernelCosts.of(setup.profile()), new Listeners(all, places), mutation);
        machine.handle(Workload.NETWORK_VECTOR, workload.softirq(timed));
        startCores();
        try {
            watch.run(progress, timed::run);
        } catch (GuestCrash crash) {
            if (!watch.isViolated()) { // else an oracle has seen before what the kernel dies of now
                throw GuestCores.stopped(kernel, machine, crash);
            }
        }
        return watch.report(
                workload,
                log,
                array.counters().stream().mapToLong(timed::transfers).sum());
    }

    private void startCores() {
        int active = setup.hotSites() == 0 ? 0 : setup.scenario().activeCores(setup.cores() - 1);
        Routine patcher = patcher();
        Routine worker = workload.thread();
        Routine idle = Routine.named("idle")
                .label("halt")
                .then(new Halt())
                .jump("halt")
                .build();
        for (int id = 0; id < setup.cores(); id++) {
            Core core = machine.core(id);
            core.enterRoutine(id == PATCHER ? patcher : id <= active ? worker : idle);
            for (GuestKernel.Span span : kernel.used(id)) {
                timed.warm(id, span.address(), span.sizeBytes());
            }
            timed.start(id, 0);
        }
        timed.warm(PATCHER, array.entries(), array.sizeBytes());
        timed.warm(PATCHER, array.count(), Integer.BYTES);
        array.counters().forEach(counter -> timed.warm(PATCHER, counter, Integer.BYTES));
        if (setup.scenario().softirq() && setup.hotSites() > 0) {
            workload.startSoftirq(timed, PATCHER);
        }
    }

    private Routine patcher() {
        Routine.Builder b = Routine.named("patcher");
        GuestCores.flip(b, kernel, setup.target().key(), setup.target().enable());
        return b.act("done", (core, local) -> {
                    if (link != null) {
                        link.patcherDone(core);
                    }
                    watch.patcherDone();
                })
                .label("idle")
                .delay("idle", core -> setup.scenario().workGapPs())
                .jump("idle")
                .build();
    }
}
