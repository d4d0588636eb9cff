package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.MachineObserver;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.RunLink;
import dev.pokesim.patcher.protocol.PatchProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A core that patches while the others of its machine do what somebody else has them do. Machine, handlers, patcher, oracles and the
 * link to a proof are those of a {@link PatchRun}.
 *
 * <p>Whoever has the other cores do something maps what that needs into {@link #memory()}, sets handlers of vectors of its own, sets
 * the cores up, calls {@link #start}, observes the machine for both, and starts the cores.
 */
public final class PatchingCore {
    /** Its number. */
    public static final int ID = PatchMachine.PATCHER;

    /**
     * What it does, once.
     *
     * @param target with functions that other cores call: see {@link PatchTarget#entries}
     * @param startPs when it begins, in simulated time
     */
    public record Setup(PatchTarget target, PatchProtocol protocol, Refs refs, FetchMode fetchMode, long startPs) {
        /** How many batches the kernel makes of it. */
        public int batches() {
            return ProofSetup.batches(target.places()).size();
        }
    }

    /**
     * What came of it. Times in picoseconds of simulated time.
     *
     * @param batches those that are done
     * @param isDone whether all are
     * @param traps INT3 traps of all cores
     * @param trapsInNmi those in NMI
     * @param nestedTraps those on a core whose INT3 handler an NMI had interrupted
     * @param handlerMeanPs from trap to IRET, 0 without traps; NMIs in between included
     * @param handlerInNmiMeanPs the same of traps in NMI
     * @param exchangeFailures failed compare-and-exchanges on reference counts
     * @param refsLineTransfers how often a line with a reference count moved
     * @param patcherWaits how often the patcher found a reference still held when it gave up its own
     */
    public record Report(
            List<RunReport.Batch> batches,
            boolean isDone,
            long traps,
            long trapsInNmi,
            long nestedTraps,
            long handlerMeanPs,
            long handlerInNmiMeanPs,
            long handlerP99Ps,
            long handlerMaxPs,
            long exchangeFailures,
            long referencesTaken,
            long refsLineTransfers,
            long patcherWaits) {
        public Report {
            batches = List.copyOf(batches);
        }

        /** From the first to the last step of all batches. */
        public long latencyPs() {
            return batches.stream().mapToLong(RunReport.Batch::latencyPs).sum();
        }
    }

    private final Setup setup;
    private final MachineProfile profile;
    private final PatchMachine host;
    private final RunListeners listeners;
    private boolean isDone;

    /**
     * A machine with such a core.
     *
     * @param cores of the whole machine, 2 to 4096
     * @param staleBytes decides what stale bytes are fetched
     */
    public PatchingCore(Setup setup, int cores, MachineProfile profile, Chooser staleBytes) {
        this.setup = setup;
        this.profile = profile;
        host = new PatchMachine(setup.target, cores, setup.fetchMode, staleBytes);
        listeners = new RunListeners(
                host, setup.target, setup.protocol, setup.refs, setup.fetchMode, KernelCosts.of(profile));
    }

    public AddressSpace memory() {
        return host.memory();
    }

    public Machine machine() {
        return host.machine();
    }

    /** What is watched, one statement each. */
    public static List<String> properties() {
        List<String> properties = new ArrayList<>(Oracles.properties());
        properties.add(RunLink.PROPERTY);
        return properties;
    }

    /**
     * Sets the kernel's handlers and starts the core.
     *
     * @param violated is told of violations
     * @return who must be told what happens on the machine from now on
     */
    public MachineObserver start(TimedMachine timed, Consumer<Violation> violated) {
        BatchContext context = host.connect(setup.refs, KernelCosts.of(profile), listeners.all(List.of(), violated));
        Routine flip = host.patcher(setup.protocol, context).ret().build();
        Routine patcher = Routine.named("patching thread")
                .delay("wait", core -> setup.startPs)
                .call(flip)
                .act("done", (core, local) -> {
                    isDone = true;
                    listeners.patcherDone(core);
                })
                .label("halt")
                .then(new Halt())
                .jump("halt")
                .build();
        for (int id = 0; id < host.machine().coreCount(); id++) {
            timed.warm(id, KernelLayout.perCpu(id), KernelLayout.CALL_COUNT + 8);
            timed.warm(ID, KernelLayout.perCpuOffset(id), 8);
            timed.warm(id, KernelLayout.scratch(id), 64);
        }
        timed.warm(ID, KernelLayout.ARRAY, KernelLayout.TEXT_MUTEX + 128 - KernelLayout.ARRAY);
        host.start(ID, patcher);
        timed.start(ID, 0);
        return context.listener();
    }

    /** To be called now and then: a core that waits for ever is seen here. */
    public void look(long nowPs) {
        if (!isDone && nowPs > setup.startPs) {
            listeners
                    .waits()
                    .look(host.machine().core(ID), nowPs, listeners.figures().stepName());
        }
    }

    /** What came of it so far. */
    public Report report(TimedMachine timed) {
        Figures figures = listeners.figures();
        long transfers = 0;
        for (long counter : setup.refs.counters(host.layout())) {
            transfers += timed.transfers(counter);
        }
        return new Report(
                figures.batches(),
                isDone,
                figures.traps(),
                figures.trapsInNmi(),
                figures.nestedTraps(),
                figures.handlerMeanPs(),
                figures.handlerInNmiMeanPs(),
                figures.handlerP99Ps(),
                figures.handlerMaxPs(),
                figures.exchangeFailures(),
                figures.referencesTaken(),
                transfers,
                figures.patcherWaits());
    }
}
