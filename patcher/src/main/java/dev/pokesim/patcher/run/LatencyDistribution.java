package dev.pokesim.patcher.run;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How often which latency was seen: buckets of equal width on a logarithmic scale, 20 to a factor of ten.
 *
 * @param counts how often a latency of each bucket was seen, from 1 ns on; the last is not 0
 */
public record LatencyDistribution(List<Long> counts) {
    /** How finely a factor of ten is divided: a bucket ends 12 % above its start. */
    public static final int BUCKETS_PER_DECADE = 20;

    /** Nobody saw anything. */
    public static final LatencyDistribution EMPTY = new LatencyDistribution(List.of());

    public LatencyDistribution {
        counts = List.copyOf(counts);
        if (!counts.isEmpty() && counts.get(counts.size() - 1) == 0) {
            throw new IllegalArgumentException("the last bucket is empty; leave it out");
        }
    }

    /**
     * Of latencies in nanoseconds.
     *
     * @param latencyNs less than 1 ns is taken as 1 ns
     */
    static LatencyDistribution of(Histogram latencyNs) {
        List<Long> counts = new ArrayList<>();
        int bucket = 0;
        for (HistogramIterationValue value : latencyNs.recordedValues()) {
            while (lowerBoundNs(bucket + 1) <= value.getValueIteratedTo()) {
                bucket++;
            }
            while (counts.size() <= bucket) {
                counts.add(0L);
            }
            counts.set(bucket, counts.get(bucket) + value.getCountAddedInThisIterationStep());
        }
        return new LatencyDistribution(counts);
    }

    /** Where a bucket starts; the bucket before ends there. */
    public static double lowerBoundNs(int bucket) {
        return StrictMath.pow(10, (double) bucket / BUCKETS_PER_DECADE);
    }

    /** Both together. */
    public LatencyDistribution plus(LatencyDistribution other) {
        List<Long> sum = new ArrayList<>(counts.size() >= other.counts.size() ? counts : other.counts);
        List<Long> shorter = counts.size() >= other.counts.size() ? other.counts : counts;
        for (int bucket = 0; bucket < shorter.size(); bucket++) {
            sum.set(bucket, sum.get(bucket) + shorter.get(bucket));
        }
        return new LatencyDistribution(sum);
    }

    /** How many latencies there are. */
    public long total() {
        return counts.stream().mapToLong(Long::longValue).sum();
    }
}
