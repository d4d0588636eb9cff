package dev.pokesim.cli.command;

import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.ProgressReporter;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Carries out proofs while a person waits: says how far they are, and ends them at the time limit or after Ctrl-C. */
final class ProofWatch {
    private static final double NANOS = 1e9; // in a second

    private final ProgressReporter progress;
    private final BooleanSupplier interrupted;
    private final long start = System.nanoTime();
    private final long limitNanos;
    private final Set<Reduction> reductions;
    private final int workers;
    private final long memoryLimitBytes;

    private long states;
    private @Nullable Stop stop;

    /** What ended a proof before its verdict. */
    enum Stop {
        TIME("the time limit"),
        MEMORY("the memory limit"),
        /** Nothing is wrong in the orders that were gone through. */
        ORDERS("the bound of one switch between two patchers without a mutex"),
        INTERRUPT("Ctrl-C");

        private final String text;

        Stop(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /** One proof and, if it has no verdict, why. */
    record Proved(ProofResult result, @Nullable Stop stop) {}

    /**
     * @param limits time of all proofs together, memory of each
     */
    ProofWatch(OutputOptions output, Set<Reduction> reductions, LimitOptions limits) {
        progress = output.progress();
        interrupted = output.stopRequested();
        limitNanos = limits.timeNanos();
        this.reductions = reductions;
        workers = limits.workers();
        memoryLimitBytes = limits.memoryBytes();
    }

    /** Carries out one proof. After the time limit or Ctrl-C the ones that follow are incomplete, too. */
    Proved prove(String what, ProofSetup setup) {
        progress.start(what, 0);
        SearchFigures figures = new SearchFigures(memoryLimitBytes);
        try {
            ProtocolExplorer explorer = new ProtocolExplorer(setup, reductions, workers, memoryLimitBytes);
            ProofResult result = explorer.prove(extent -> goesOn(explorer, extent, figures));
            states += result.extent().states();
            boolean isIncomplete = result.verdict() == ProofResult.Verdict.INCOMPLETE;
            boolean hasMoreOrders = setup.company().contains(ProofSetup.Company.RIVAL_WITHOUT_MUTEX)
                    && result.extent().memoryBytes() <= memoryLimitBytes;
            Stop unsaid = hasMoreOrders ? Stop.ORDERS : Stop.MEMORY;
            return new Proved(result, !isIncomplete ? null : stop == null ? unsaid : stop);
        } finally {
            progress.done();
        }
    }

    /** Says how long it all took; not part of the result, which is the same every time. */
    void sayHowLong() {
        double seconds = (System.nanoTime() - start) / NANOS;
        progress.note(String.format(Locale.ROOT, "%,d states in %.1f s", states, seconds));
    }

    private boolean goesOn(ProtocolExplorer explorer, Extent extent, SearchFigures figures) {
        progress.step(extent.states());
        long now = System.nanoTime();
        String position = String.format(Locale.ROOT, "patcher %.0f %%, ", 100 * explorer.patcherPosition());
        String latest = figures.at(now, extent, position);
        if (latest != null) {
            progress.detail(latest);
        }
        if (stop == null && interrupted.getAsBoolean()) {
            stop = Stop.INTERRUPT;
        } else if (stop == null && now - start >= limitNanos) {
            stop = Stop.TIME;
        }
        return stop == null;
    }
}
