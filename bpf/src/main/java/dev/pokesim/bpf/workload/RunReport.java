package dev.pokesim.bpf.workload;

import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.run.PatchingCore;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What came of a run in time.
 *
 * @param elapsedPs simulated
 * @param violation the first, which ended the run; null if there was none
 * @param patching what became of the text; null if it stayed as it is
 */
public record RunReport(
        RunSetup setup,
        long elapsedPs,
        Measured measured,
        @Nullable Violation violation,
        PatchingCore.@Nullable Report patching) {
    /** Whether it went on for as long as it should. */
    public boolean isComplete() {
        return violation == null && elapsedPs == setup.durationPs();
    }

    /**
     * Times in nanoseconds; all 0 if nothing was measured.
     *
     * @param p50 median, with three digits, as the other percentile
     */
    public record Latency(long count, long p50, long p99, long max) {}

    /**
     * How long cores hold the locks of hrtimer bases, and those of map values where a form has them, and what would become of an NMI that took such a lock without a guard.
     *
     * @param taken how often
     * @param meanNs from the beginning of the operation that takes it to the store that gives it back, NMIs in between included
     * @param nmis that came while their core held one: each would wait for itself for ever
     * @param measuredPerMillion those of a million NMIs
     * @param formulaPerMillion share of the time under a lock, times a million: what Poisson arrivals see
     * @param expectedNmis time under a lock over the period of the NMIs: how many should have come
     */
    public record UnderLock(
            long taken,
            double meanNs,
            long nmis,
            double measuredPerMillion,
            double formulaPerMillion,
            double expectedNmis) {}

    /**
     * The figures.
     *
     * @param operations that came back
     * @param accepted of them, not rejected
     * @param startsExecuted how often a timer was queued; below {@code startsAccepted} where a later command replaced an earlier one
     * @param rejected how many, by operation, error and context
     * @param irqWork from the claim to the call of the function
     * @param works functions called by irq_work
     * @param ipis self-IPIs for irq_work
     * @param lockedPerOperation locked read-modify-writes of all cores over operations
     * @param transfersPerOperation line transfers of all cores over operations
     * @param nmi from the delivery to the IRET
     * @param nmisInNmi of these, those that came while another one was not over: an INT3 in it had let them in
     * @param waitsInNmi how often an NMI found a lock taken; must be 0
     * @param destroy from the end of the map value to the end of the memory
     * @param gracePeriodRetries timers whose callback still ran after a grace period
     * @param liveMost control blocks that were allocated at a time, deleted ones included
     * @param lateStarts timers queued after their map value was deleted
     * @param lateCallbacks callbacks that began after that
     */
    public record Measured(
            long operations,
            long accepted,
            long acceptedInNmi,
            double acceptedPerSecond,
            long startsAccepted,
            long startsExecuted,
            SortedMap<String, Long> rejected,
            Latency irqWork,
            long works,
            long ipis,
            double ipisPerAccepted,
            double lockedPerOperation,
            double transfersPerOperation,
            long nmis,
            Latency nmi,
            long nmisInNmi,
            long waitsInNmi,
            UnderLock underLock,
            Latency destroy,
            long gracePeriodRetries,
            long liveMost,
            long callbacks,
            long lateStarts,
            long lateCallbacks) {
        public Measured {
            rejected = Collections.unmodifiableSortedMap(new TreeMap<>(rejected));
        }

        /**
         * Share of operations that came back with an error.
         *
         * @param error its name, such as {@code -EBUSY}
         */
        public double share(String error) {
            long count = 0;
            for (Map.Entry<String, Long> one : rejected.entrySet()) {
                count += one.getKey().contains(error) ? one.getValue() : 0;
            }
            return operations == 0 ? 0 : (double) count / operations;
        }
    }
}
