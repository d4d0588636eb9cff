package dev.pokesim.patcher.run;

import dev.pokesim.patcher.check.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run showed. Times in picoseconds of simulated time.
 *
 * @param batches in order
 * @param traps INT3 traps from the start to the end of the run
 * @param handlerMeanPs mean time from trap to IRET, 0 without traps
 * @param handlerMaxPs worst
 * @param handlerP99Ps 99th percentile
 * @param handlerLatencies of every handler that returned
 * @param handlerShare share of all cores' time during batches that was spent between trap and IRET, 0 to 1
 * @param exchangeFailures failed compare-and-exchanges on reference counts
 * @param exchangeSuccesses other locked operations that took a reference
 * @param refsLineTransfers how often the line of the shared reference count (or, per CPU, all lines together) moved
 * @param patcherWaits how often the patcher found a reference still held when it gave up its own
 * @param visits calls of functions with hot sites that completed
 * @param visitMeanPs mean time of such a call
 * @param softirqPolls network polls on the patching core
 * @param packets packets that those handled
 * @param instructions guest instructions executed
 * @param simulatedPs length of the run
 * @param textPokeRecords records for perf
 * @param outcome how it ended
 * @param violation what did not hold; null if all did
 * @param lastEvents before the violation or the end, oldest first, one line each; empty if all went well
 */
public record RunReport(
        List<Batch> batches,
        long traps,
        long handlerMeanPs,
        long handlerMaxPs,
        long handlerP99Ps,
        LatencyDistribution handlerLatencies,
        double handlerShare,
        long exchangeFailures,
        long exchangeSuccesses,
        long refsLineTransfers,
        long patcherWaits,
        long visits,
        long visitMeanPs,
        long softirqPolls,
        long packets,
        long instructions,
        long simulatedPs,
        long textPokeRecords,
        Outcome outcome,
        @Nullable Violation violation,
        List<String> lastEvents) {

    /** How a run ended. */
    public enum Outcome {
        /** Everything was patched and watched to the end. */
        COMPLETE,
        /** An oracle spoke up. */
        VIOLATED,
        /** Stopped before the end: by the user or by the limit of simulated time. */
        INCOMPLETE
    }

    /**
     * One batch.
     *
     * @param entries how many places
     * @param latencyPs from its first to its last step: what the report that started this calls "Took"
     * @param steps in order
     */
    public record Batch(int entries, long latencyPs, List<Step> steps) {}

    /**
     * One step of a batch.
     *
     * @param name of the step
     * @param latencyPs how long it took
     */
    public record Step(String name, long latencyPs) {}

    /** The sum of all batches' latencies. */
    public long latencyPs() {
        return batches.stream().mapToLong(Batch::latencyPs).sum();
    }

    /** Failed compare-and-exchanges for each that worked. */
    public double failuresPerSuccess() {
        return exchangeSuccesses == 0 ? 0 : (double) exchangeFailures / exchangeSuccesses;
    }
}
