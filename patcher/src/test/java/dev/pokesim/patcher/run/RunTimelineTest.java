package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunTimelineTest {
    private record Recorded(RunTimeline timeline, RunReport report) {}

    private static Recorded record(RunSetup setup) {
        RunTimeline timeline = new RunTimeline(setup.cores());
        RunReport report = PatchRun.of(setup).observe(timeline).run((simulatedPs, step) -> true);
        timeline.finish(report);
        return new Recorded(timeline, report);
    }

    private static int traps(RunTimeline timeline) {
        return IntStream.range(0, timeline.rows())
                .map(row -> IntStream.range(0, timeline.bins())
                        .map(bin -> timeline.traps(row, bin))
                        .sum())
                .sum();
    }

    /** The width of a bin; the last ends with the run. */
    private static double widthPs(RunTimeline timeline, int bin) {
        return Math.min(timeline.endPs(), (bin + 1) * timeline.binPs()) - bin * timeline.binPs();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 119, 120, 121, 250, 480, 4096})
    void everyCoreIsInOneRow(int cores) {
        RunTimeline timeline = new RunTimeline(cores);
        assertEquals(
                cores,
                IntStream.range(0, timeline.rows()).map(timeline::coresIn).sum());
        assertTrue(timeline.rows() <= RunTimeline.MAX_ROWS);
        assertTrue(IntStream.range(0, timeline.rows()).allMatch(row -> timeline.coresIn(row) >= 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {24, 200})
    void everyTrapIsInOneCell(int cores) {
        Recorded recorded = record(new SmallRun().cores(cores).setup(1));
        assertTrue(recorded.report.traps() > 20);
        assertEquals(recorded.report.traps(), traps(recorded.timeline));
    }

    @Test
    void recordingChangesNothing() {
        RunSetup setup = new SmallRun().refs(new GlobalRefs()).setup(1);
        assertEquals(PatchRun.execute(setup, (simulatedPs, step) -> true), record(setup).report);
    }

    @Test
    void theTimeInHandlersIsTheSumOfTheirLatencies() {
        Recorded recorded = record(new SmallRun().refs(new GlobalRefs()).setup(1));
        RunTimeline timeline = recorded.timeline;
        double sumPs = IntStream.range(0, timeline.bins())
                .mapToDouble(bin -> timeline.inHandlerMean(bin) * widthPs(timeline, bin))
                .sum();
        // the report's mean is rounded down to a picosecond
        assertEquals(recorded.report.handlerMeanPs() * recorded.report.traps(), sumPs, recorded.report.traps() + 1);
    }

    @Test
    void aSharedCountHasAQueueAndCountsPerCpuHaveNone() {
        RunTimeline global =
                record(new SmallRun().cores(48).refs(new GlobalRefs()).setup(1)).timeline;
        RunTimeline perCpu =
                record(new SmallRun().cores(48).refs(new PerCpuRefs()).setup(1)).timeline;
        assertTrue(longestQueue(global) > 5, () -> "global " + longestQueue(global));
        assertTrue(longestQueue(perCpu) * 2 < longestQueue(global), () -> "percpu " + longestQueue(perCpu));
    }

    private static int longestQueue(RunTimeline timeline) {
        return IntStream.range(0, timeline.bins())
                .map(timeline::waitingMax)
                .max()
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyTransferOfARefsLineWasWaitedFor(boolean perCpu) {
        Recorded recorded = record(new SmallRun()
                .refs(perCpu ? new PerCpuRefs() : new GlobalRefs())
                .setup(1));
        assertTrue(recorded.timeline.refsLineTransfers() > 0);
        assertEquals(recorded.report.refsLineTransfers(), recorded.timeline.refsLineTransfers());
        // all had come when the run ended
        assertEquals(0, recorded.timeline.waitingMean(recorded.timeline.bins() - 1));
    }

    @Test
    void meansAreNotAboveTheHighest() {
        RunTimeline timeline = record(new SmallRun().refs(new GlobalRefs()).setup(1)).timeline;
        for (int bin = 0; bin < timeline.bins(); bin++) {
            assertTrue(timeline.waitingMean(bin) <= timeline.waitingMax(bin));
            assertTrue(timeline.inHandlerMean(bin) <= timeline.inHandlerMax(bin));
        }
    }

    @Test
    void stepsAreThoseOfTheReportAndFollowEachOther() {
        Recorded recorded = record(new SmallRun().sites(300).cores(8).setup(1));
        List<RunReport.Step> reported = recorded.report.batches().stream()
                .flatMap(batch -> batch.steps().stream())
                .toList();
        List<RunTimeline.Step> steps = recorded.timeline.steps();
        assertEquals(2, recorded.report.batches().size());
        assertEquals(
                reported,
                steps.stream()
                        .map(step -> new RunReport.Step(step.name(), step.endPs() - step.startPs()))
                        .toList());
        assertEquals(1, steps.get(steps.size() - 1).batch());
        for (int i = 1; i < steps.size(); i++) {
            assertTrue(steps.get(i).startPs() >= steps.get(i - 1).endPs());
        }
    }

    @Test
    void binsGrowWithTheRunAndAtLeastHalfOfThemAreUsed() {
        for (int sites : new int[] {2, 40, 600}) {
            RunTimeline timeline = record(new SmallRun().sites(sites).cores(6).setup(1)).timeline;
            assertTrue(timeline.bins() > RunTimeline.MAX_BINS / 2 && timeline.bins() <= RunTimeline.MAX_BINS);
        }
    }

    @Test
    void aRunThatEndsEarlyHasAStepUpToThere() {
        Recorded recorded = record(
                new SmallRun().cores(32).protocol(new BrokenNoSecondSync()).setup(1));
        assertEquals(RunReport.Outcome.VIOLATED, recorded.report.outcome());
        List<RunTimeline.Step> steps = recorded.timeline.steps();
        assertEquals(recorded.report.simulatedPs(), steps.get(steps.size() - 1).endPs());
    }
}
