package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.check.EveryWaitEnds;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.RunLink;
import dev.pokesim.patcher.protocol.PatchProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Whoever listens in every patching run in time: what is measured, the last events, every oracle and the link to a proof. */
final class RunListeners {
    private final PatchTarget target;
    private final Refs refs;
    private final PatchMachine host;
    private final Figures figures;
    private final EventLog log;
    private final EveryWaitEnds waits;
    private final RunLink link;

    RunListeners(
            PatchMachine host,
            PatchTarget target,
            PatchProtocol protocol,
            Refs refs,
            FetchMode mode,
            KernelCosts costs) {
        this.target = target;
        this.refs = refs;
        this.host = host;
        int cores = host.machine().coreCount();
        figures = new Figures(refs, host.layout(), cores);
        log = new EventLog(target.image());
        waits = new EveryWaitEnds(cores, PatchMachine.PATCHER, costs);
        // a proof has a core besides the patcher's, whether a run needs one or not
        ProofSetup proved = ProofSetup.of(
                protocol, ProofSetup.batches(target.places()), Math.max(2, cores), refs.isPerCore(), mode);
        link = new RunLink(
                proved,
                PokeArray.of(refs, host.layout()),
                host.layout(),
                host.memory().history());
    }

    Figures figures() {
        return figures;
    }

    EventLog log() {
        return log;
    }

    EveryWaitEnds waits() {
        return waits;
    }

    /** The patcher is done with everything. */
    void patcherDone(Core patcher) {
        link.patcherDone(patcher);
    }

    /**
     * All of them, in the order in which they are told.
     *
     * @param first others, who are told before
     * @param violated is told of violations
     */
    List<PatchListener> all(List<PatchListener> first, Consumer<Violation> violated) {
        List<PatchListener> all = new ArrayList<>(first);
        all.add(log);
        all.add(figures);
        waits.reportTo(violated);
        all.add(waits);
        for (Oracle oracle :
                Oracles.of(target.places(), refs, host.layout(), host.machine().coreCount())) {
            oracle.reportTo(violated);
            all.add(oracle);
        }
        link.reportTo(violated);
        all.add(link); // last: who knows what is wrong speaks first
        return all;
    }
}
