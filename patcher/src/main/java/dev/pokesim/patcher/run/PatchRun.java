package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.Contention;
import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.patcher.check.EveryWaitEnds;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.KernelBug;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.RunLink;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.site.LoadedImage;
import java.util.ArrayList;
import java.util.List;

/** One patching run in simulated time: core 0 patches while the others work. */
public final class PatchRun {
    private static final int PATCHER = PatchMachine.PATCHER;

    /** Is told how far a run is, and may end it. */
    public interface Progress {
        /**
         * @return whether to go on
         */
        boolean reached(long simulatedPs, String step);
    }

    private final RunSetup setup;
    private final PatchMachine host;
    private final KernelLayout layout;
    private final Machine machine;
    private final TimedMachine timed;
    private final Figures figures;
    private final EventLog log;
    private final EveryWaitEnds waits;
    private final RunLink link;
    private final Workload workload;
    private final List<PatchListener> attached = new ArrayList<>();
    private final RunWatch watch;

    private PatchRun(RunSetup setup) {
        this.setup = setup;
        host = new PatchMachine(
                setup.target(), setup.cores(), setup.fetchMode(), SeededRandom.of(setup.seed(), "stale bytes"));
        layout = host.layout();
        machine = host.machine();
        Scenario scenario = setup.scenario();
        timed = new TimedMachine(
                machine,
                setup.profile(),
                new Contention(
                        scenario.serviceOrder() == Scenario.RANDOM_ORDER
                                ? Contention.UNORDERED
                                : scenario.serviceOrder(),
                        scenario.retryHitProbability()),
                SeededRandom.of(setup.seed(), "service order"));
        figures = new Figures(setup.refs(), layout, setup.cores());
        waits = new EveryWaitEnds(setup.cores(), PATCHER, KernelCosts.of(setup.profile()));
        link = new RunLink(
                proved(setup),
                PokeArray.of(setup.refs(), layout),
                layout,
                host.memory().history());
        watch = new RunWatch(setup, machine, timed, figures, waits);
        log = new EventLog(setup.target().image());
        workload =
                new Workload(scenario, hotEntries(), KernelLayout::scratch, SeededRandom.of(setup.seed(), "workload"));
    }

    /** Runs one to its end. */
    public static RunReport execute(RunSetup setup, Progress progress) {
        return of(setup).run(progress);
    }

    /** What is watched in every run, one statement each. */
    public static List<String> properties() {
        List<String> properties = new ArrayList<>(Oracles.properties());
        properties.add(RunLink.PROPERTY);
        return properties;
    }

    /** One that has not begun. */
    public static PatchRun of(RunSetup setup) {
        return new PatchRun(setup);
    }

    /** Lets somebody else listen, too; before the run begins. */
    public PatchRun attach(PatchListener listener) {
        attached.add(listener);
        return this;
    }

    /**
     * The image as memory holds it now, keys included: what the next run can patch.
     *
     * @throws IllegalStateException if the run was stopped where a site holds neither of its texts
     */
    public LoadedImage image() {
        LoadedImage before = setup.target().image();
        return before.withBytes(address -> (byte) host.memory().read(address, 1));
    }

    /** Functions to call: those of the hot sites, spread over all; without hot sites no place of the batch is visited. */
    private List<Long> hotEntries() {
        List<Long> entries = setup.target().entries();
        List<Long> hot = new ArrayList<>();
        for (int i = 0; i < setup.hotSites(); i++) {
            hot.add(entries.get((int) ((long) i * entries.size() / setup.hotSites())));
        }
        return hot;
    }

    /** Runs it to its end, once. */
    public RunReport run(Progress progress) {
        List<Oracle> oracles = Oracles.of(setup.target().places(), setup.refs(), layout, setup.cores());
        List<PatchListener> all = new ArrayList<>(attached);
        all.add(log);
        all.add(figures);
        waits.reportTo(watch::violated);
        all.add(waits);
        for (Oracle oracle : oracles) {
            oracle.reportTo(watch::violated);
            all.add(oracle);
        }
        link.reportTo(watch::violated);
        all.add(link); // last: who knows what is wrong speaks first
        BatchContext context = host.connect(setup.refs(), KernelCosts.of(setup.profile()), all);
        host.handle(Workload.NETWORK_VECTOR, workload.softirq(timed));
        startCores(patcher(context));
        try {
            watch.run(progress);
        } catch (KernelBug bug) {
            crashed(bug);
        } catch (GuestCrash crash) {
            // an oracle that saw torn bytes has spoken; where nothing is patched it is the input that asks for too much
            if (!watch.isViolated()) {
                throw crash;
            }
        }
        return watch.report(workload, log, refsLineTransfers());
    }

    /** What a proof about such runs is about. */
    private static ProofSetup proved(RunSetup setup) {
        return ProofSetup.of(
                setup.protocol(),
                ProofSetup.batches(setup.target().places()),
                Math.max(2, setup.cores()), // a proof has a core besides the patcher's, whether a run needs one or not
                setup.refs().isPerCore(),
                setup.fetchMode());
    }

    private void crashed(KernelBug bug) {
        watch.violated(
                new Violation(Oracles.BUG, Oracles.NO_BUG, PATCHER, timed.nowPs(), String.valueOf(bug.getMessage())));
    }

    private Routine patcher(BatchContext context) {
        return host.patcher(setup.protocol(), context)
                .act("done", (core, local) -> {
                    link.patcherDone(core);
                    watch.patcherDone();
                })
                .label("idle")
                .delay("idle", core -> setup.scenario().workGapPs())
                .jump("idle")
                .build();
    }

    private void startCores(Routine patcher) {
        int active = setup.hotSites() == 0 ? 0 : setup.scenario().activeCores(setup.cores() - 1);
        Routine worker = workload.thread();
        Routine idle = idle();
        for (int id = 0; id < setup.cores(); id++) {
            host.start(id, id == PATCHER ? patcher : id <= active ? worker : idle);
            timed.warm(id, KernelLayout.perCpu(id), KernelLayout.CALL_COUNT + 8);
            timed.warm(PATCHER, KernelLayout.perCpuOffset(id), 8);
            timed.warm(id, KernelLayout.scratch(id), 64);
            timed.warm(id, KernelLayout.stackTop(id) - 512, 512);
            timed.start(id, 0);
        }
        timed.warm(PATCHER, KernelLayout.ARRAY, KernelLayout.TEXT_MUTEX + 128 - KernelLayout.ARRAY);
        if (setup.scenario().softirq() && setup.hotSites() > 0) {
            workload.startSoftirq(timed, PATCHER);
        }
    }

    private static Routine idle() {
        return Routine.named("idle").label("halt").then(new Halt()).jump("halt").build();
    }

    private long refsLineTransfers() {
        long sum = 0;
        for (long counter : setup.refs().counters(layout)) {
            sum += timed.transfers(counter);
        }
        return sum;
    }
}
