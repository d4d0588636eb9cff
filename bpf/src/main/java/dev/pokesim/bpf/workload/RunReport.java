package dev.pokesim.bpf.workload;

import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.run.PatchingCore.Report;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
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
        @Nullable Report patching) {
    /** Whether it went on for as long as it should. */
    public boolean isComplete() {
        return violation == null && elapsedPs == setup.durationPs();
    }

    /**
     * Times in nanoseconds; all 0 if nothing was measured.
     *
     * @param p50 median, with three digits, as the other percentile
     */
    public record Latency(long count, long p50, long p99, long max) {
        static Latency of(Histogram ns) {
            return ns.getTotalCount() == 0
                    ? new Latency(0, 0, 0, 0)
                    : new Latency(
                            ns.getTotalCount(),
                            ns.getValueAtPercentile(50),
                            ns.getValueAtPercentile(99),
                            ns.getMaxValue());
        }
    }

    /**
     * Why operations ended with -EBUSY.
     *
     * @param writerBelow the CPU itself was writing a command when an interrupt or NMI came
     * @param writerElsewhere another CPU was
     * @param dying the last reference had gone
     * @param slotTaken init found a timer
     */
    public record Busy(long writerBelow, long writerElsewhere, long dying, long slotTaken) {}

    /**
     * What became of commands, which one context leaves for another one or for itself.
     *
     * @param effect from the issue to the end of what it asked for
     * @param handler of irq_work: from the delivery of the interrupt to the IRET
     * @param perWork commands that a function called by irq_work carried out, mean
     * @param mostPerWork the most
     * @param readerRetries how many readers of the last command began again so often, the last number for that often or more; empty
     *     where a form has no such readers
     * @param overtakenOnOneCpu commands taken after a later one of the same CPU; operations of which one interrupted the other have no order
     * @param overtakenAcrossCpus after a later one of another CPU only, where the one operation had ended before the other began
     */
    public record Commands(
            Latency effect,
            Latency handler,
            double perWork,
            long mostPerWork,
            Busy busy,
            List<Long> readerRetries,
            long overtakenOnOneCpu,
            long overtakenAcrossCpus) {
        public Commands {
            readerRetries = List.copyOf(readerRetries);
        }
    }

    /**
     * How long cores hold the locks of hrtimer bases, of the pool of works, and those of map values where a form has them, and what would become of an NMI that took such a lock without a guard.
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
     * @param startsExecuted how often a timer or work was queued; below {@code startsAccepted} where a later command replaced an earlier one
     * @param rejected how many, by operation, error and context
     * @param irqWork from the claim to the call of the function
     * @param works functions called by irq_work
     * @param ipis self-IPIs for irq_work
     * @param lockedPerOperation locked read-modify-writes of all cores over operations
     * @param transfersPerOperation line transfers of all cores over operations
     * @param nmi from the delivery to the IRET
     * @param nmisInNmi of these, those that came while another one was not over: an INT3 in it had let them in
     * @param waitsInNmi how often an NMI found a lock taken; must be 0
     * @param cancel from the end of the map value to the first cancel that finds the timer inactive or makes it so
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
            Commands commands,
            double lockedPerOperation,
            double transfersPerOperation,
            long nmis,
            Latency nmi,
            long nmisInNmi,
            long waitsInNmi,
            UnderLock underLock,
            Latency cancel,
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
