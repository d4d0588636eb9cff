package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.patcher.check.EveryWaitEnds;
import dev.pokesim.patcher.check.Violation;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Sees a run in simulated time to its end: progress, the first violation, the time after the last batch, the report. */
final class RunWatch {
    /** A run that takes longer than this in simulated time is given up: 60 s. */
    private static final long LIMIT_PS = 60_000_000_000_000L;
    /** How often progress is reported and the user's wish to stop is looked at: 1 ms of simulated time. */
    private static final long PROGRESS_PS = 1_000_000_000L;
    /** How long cores are watched after the last batch, in mean work gaps. */
    private static final int AFTERMATH_GAPS = 3;

    private final RunSetup setup;
    private final Machine machine;
    private final TimedMachine timed;
    private final Figures figures;
    private final EveryWaitEnds waits;
    private @Nullable Violation violation;
    private boolean finished;
    private boolean complete;

    RunWatch(RunSetup setup, Machine machine, TimedMachine timed, Figures figures, EveryWaitEnds waits) {
        this.setup = setup;
        this.machine = machine;
        this.timed = timed;
        this.figures = figures;
        this.waits = waits;
    }

    private Core patcher() {
        return machine.core(PatchMachine.PATCHER);
    }

    /**
     * Runs all cores until the watch ends it, or nothing can happen any more.
     *
     * @param cores as {@link TimedMachine#run}
     */
    void run(PatchRun.Progress progress, BooleanSupplier cores) {
        look(progress, timed.nowPs() + PROGRESS_PS);
        boolean stopped = cores.getAsBoolean();
        if (!stopped && violation == null) {
            waits.nothingCanHappen(patcher());
        }
    }

    private void look(PatchRun.Progress progress, long atPs) {
        timed.alarmAt(atPs, () -> {
            if (finished) {
                return;
            }
            waits.look(patcher(), timed.nowPs(), figures.stepName());
            if (timed.nowPs() > LIMIT_PS || !progress.reached(timed.nowPs(), figures.stepName())) {
                timed.stop();
                return;
            }
            look(progress, timed.nowPs() + PROGRESS_PS);
        });
    }

    /** The patcher is done; the cores are watched a little longer. */
    void patcherDone() {
        finished = true;
        timed.alarmAt(timed.nowPs() + AFTERMATH_GAPS * setup.scenario().workGapPs(), () -> {
            complete = true;
            timed.stop();
        });
    }

    /** Ends the run, if it is the first. */
    void violated(Violation first) {
        if (violation == null) {
            violation = first;
            timed.stop();
        }
    }

    boolean isViolated() {
        return violation != null;
    }

    /**
     * What came of it.
     *
     * @param refsLineTransfers of all lines with a reference count
     */
    RunReport report(Workload workload, EventLog log, long refsLineTransfers) {
        Violation found = violation;
        RunReport.Outcome outcome = found != null
                ? RunReport.Outcome.VIOLATED
                : complete ? RunReport.Outcome.COMPLETE : RunReport.Outcome.INCOMPLETE;
        long instructions = 0;
        for (int id = 0; id < setup.cores(); id++) {
            instructions += machine.core(id).retired();
        }
        return new RunReport(
                List.copyOf(figures.batches()),
                figures.traps(),
                figures.handlerMeanPs(),
                figures.handlerMaxPs(),
                figures.handlerP99Ps(),
                figures.handlerLatencies(),
                figures.handlerShare(),
                figures.exchangeFailures(),
                figures.referencesTaken(),
                refsLineTransfers,
                figures.patcherWaits(),
                workload.visits(),
                workload.visitMeanPs(),
                workload.polls(),
                workload.packets(),
                instructions,
                timed.nowPs(),
                figures.records(),
                outcome,
                found,
                found == null ? List.of() : log.last(found.core()));
    }
}
