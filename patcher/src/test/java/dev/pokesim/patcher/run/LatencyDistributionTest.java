package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LatencyDistributionTest {
    private static LatencyDistribution of(long... latenciesNs) {
        Histogram histogram = new Histogram(3);
        for (long latency : latenciesNs) {
            histogram.recordValue(latency);
        }
        return LatencyDistribution.of(histogram);
    }

    /** Which bucket the only latency is in. */
    private static int bucketOf(long latencyNs) {
        List<Long> counts = of(latencyNs).counts();
        assertEquals(1, counts.get(counts.size() - 1));
        return counts.size() - 1;
    }

    @Test
    void everyLatencyIsWithinTheBoundsOfItsBucket() {
        for (long latency : new long[] {1, 2, 9, 10, 11, 99, 100, 256, 999, 1_000, 5_348_200, 60_000_000_000L}) {
            int bucket = bucketOf(latency);
            // the histogram itself keeps three digits
            assertTrue(
                    LatencyDistribution.lowerBoundNs(bucket) <= latency * 1.001, () -> "below its bucket: " + latency);
            assertTrue(
                    LatencyDistribution.lowerBoundNs(bucket + 1) > latency * 0.999,
                    () -> "above its bucket: " + latency);
        }
    }

    @Test
    void aFactorOfTenIsTwentyBuckets() {
        assertEquals(60, bucketOf(1_000));
        assertEquals(80, bucketOf(10_000));
        assertEquals(0, bucketOf(0));
    }

    @Test
    void theSumHasEveryLatencyOfBothWhicheverIsLonger() {
        LatencyDistribution few = of(100, 100, 200);
        LatencyDistribution slow = of(100, 5_000);
        assertEquals(of(100, 100, 100, 200, 5_000), few.plus(slow));
        assertEquals(few.plus(slow), slow.plus(few));
        assertEquals(5, few.plus(slow).total());
        assertEquals(few, few.plus(LatencyDistribution.EMPTY));
    }

    @Test
    void anEmptyLastBucketIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new LatencyDistribution(List.of(1L, 0L)));
    }

    @Test
    void aRunHasEveryHandlerInItsReport() {
        RunReport report = new SmallRun().cores(24).run(1);
        LatencyDistribution latencies = report.handlerLatencies();
        assertTrue(report.traps() > 0);
        assertEquals(report.traps(), latencies.total());
        int last = latencies.counts().size() - 1;
        assertTrue(LatencyDistribution.lowerBoundNs(last) * 1000 <= report.handlerMaxPs() * 1.001);
        assertTrue(LatencyDistribution.lowerBoundNs(last + 1) * 1000 > report.handlerMaxPs() * 0.999);
        double atMostPs = IntStream.rangeClosed(0, last)
                .mapToDouble(
                        bucket -> latencies.counts().get(bucket) * LatencyDistribution.lowerBoundNs(bucket + 1) * 1000)
                .sum();
        double meanPs = atMostPs / latencies.total();
        assertTrue(meanPs >= report.handlerMeanPs() && meanPs <= report.handlerMeanPs() * 1.13, () -> "mean " + meanPs);
    }
}
