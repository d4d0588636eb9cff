package dev.pokesim.cli.command;

import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.ProgressReporter;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import java.time.Duration;
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

    private boolean isFirst;
    private long shownNanos;
    private long shownStates;
    private long states;
    private @Nullable Stop stop;

    /** What ended a proof before its verdict. */
    enum Stop {
        TIME("the time limit"),
        MEMORY("the memory limit"),
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
     * @param timeLimit of all proofs together; null for none
     * @param memoryLimitBytes of each
     */
    ProofWatch(
            OutputOptions output,
            Set<Reduction> reductions,
            int workers,
            @Nullable Duration timeLimit,
            long memoryLimitBytes) {
        progress = output.progress();
        interrupted = output.stopRequested();
        limitNanos = timeLimit == null ? Long.MAX_VALUE : timeLimit.toNanos();
        this.reductions = reductions;
        this.workers = workers;
        this.memoryLimitBytes = memoryLimitBytes;
    }

    /** Carries out one proof. After the time limit or Ctrl-C the ones that follow are incomplete, too. */
    Proved prove(String what, ProofSetup setup) {
        progress.start(what, 0);
        isFirst = true;
        try {
            ProtocolExplorer explorer = new ProtocolExplorer(setup, reductions, workers, memoryLimitBytes);
            ProofResult result = explorer.prove(extent -> goesOn(explorer, extent));
            states += result.extent().states();
            boolean isIncomplete = result.verdict() == ProofResult.Verdict.INCOMPLETE;
            return new Proved(result, !isIncomplete ? null : stop == null ? Stop.MEMORY : stop);
        } finally {
            progress.done();
        }
    }

    /** Says how long it all took; not part of the result, which is the same every time. */
    void sayHowLong() {
        double seconds = (System.nanoTime() - start) / NANOS;
        progress.note(String.format(Locale.ROOT, "%,d states in %.1f s", states, seconds));
    }

    private boolean goesOn(ProtocolExplorer explorer, Extent extent) {
        progress.step(extent.states());
        long now = System.nanoTime();
        boolean isDue = now - shownNanos >= NANOS;
        if (isFirst || isDue) {
            if (!isFirst) {
                progress.detail(figures(explorer, extent, now));
            }
            isFirst = false;
            shownNanos = now;
            shownStates = extent.states();
        }
        if (stop == null && interrupted.getAsBoolean()) {
            stop = Stop.INTERRUPT;
        } else if (stop == null && now - start >= limitNanos) {
            stop = Stop.TIME;
        }
        return stop == null;
    }

    /** In the order of what a waiting person wants to know first: a narrow terminal cuts the end off. */
    private String figures(ProtocolExplorer explorer, Extent extent, long now) {
        double rate = (extent.states() - shownStates) * NANOS / Math.max(1, now - shownNanos);
        return String.format(
                Locale.ROOT,
                "%s/s, patcher %.0f %%, depth %d, frontier %s, %d MiB, %.0f %% of the limit",
                shortly(Math.max(0, rate)),
                100 * explorer.patcherPosition(),
                extent.depth(),
                shortly(extent.frontier()),
                extent.memoryBytes() >> 20,
                100.0 * extent.memoryBytes() / memoryLimitBytes);
    }

    private static String shortly(double count) {
        return count < 10_000
                ? String.format(Locale.ROOT, "%.0f", count)
                : count < 10e6
                        ? String.format(Locale.ROOT, "%.0fk", count / 1e3)
                        : String.format(Locale.ROOT, "%.1fM", count / 1e6);
    }
}
