package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.coherence.Topology;
import dev.pokesim.patcher.kernel.FetchAddRefs;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.scenario.PublishedFigures;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.scenario.ScenarioReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run must show if its mechanisms are right: nothing is fitted to these figures, they come out. */
class PatchRunFiguresTest {
    private static final int THREADS = 480;
    private static final int SITES = 164;
    private static final int HOT = 4;

    private static RunReport complete(SmallRun run, long seed) {
        RunReport report = run.run(seed);
        assertEquals(null, report.violation());
        assertEquals(RunReport.Outcome.COMPLETE, report.outcome());
        assertEquals(0, report.patcherWaits(), "the last sync drains every handler");
        return report;
    }

    private static Scenario scenario(String name) {
        return ScenarioReader.read(name);
    }

    private static RunReport storm(String scenario, int cores, Refs refs, long seed) {
        return complete(
                new SmallRun()
                        .profiled("mid")
                        .sites(SITES)
                        .hotSites(HOT)
                        .cores(cores)
                        .refs(refs)
                        .scenario(scenario(scenario)),
                seed);
    }

    private static RunReport cold(String profile, int cores, Refs refs) {
        return complete(
                new SmallRun()
                        .profiled(profile)
                        .sites(2)
                        .hotSites(0)
                        .cores(cores)
                        .refs(refs)
                        .scenario(scenario("quiet")),
                1);
    }

    private static void assertNear(double expected, double measured, double share, String what) {
        assertTrue(
                Math.abs(measured - expected) <= share * expected,
                () -> what + ": " + measured + " is not within " + share * 100 + " % of " + expected);
    }

    private static double published(String refs, int sites) {
        return PublishedFigures.embedded()
                .batchLatency(refs, sites)
                .orElseThrow()
                .base()
                .doubleValue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"milan", "mid"})
    void quietBatchesTakeWhatWasPublished(String profile) {
        assertNear(
                published("global", 2), cold(profile, THREADS, new GlobalRefs()).latencyPs(), 0.15, "global, 2 sites");
        assertNear(
                published("percpu", 2), cold(profile, THREADS, new PerCpuRefs()).latencyPs(), 0.15, "per CPU, 2 sites");
    }

    @ParameterizedTest
    @ValueSource(strings = {"milan", "mid"})
    void hotBatchWithPerCpuRefsTakesWhatWasPublished(String profile) {
        RunReport report = complete(
                new SmallRun()
                        .profiled(profile)
                        .sites(SITES)
                        .hotSites(HOT)
                        .cores(THREADS)
                        .scenario(scenario("busy-server")),
                1);
        assertNear(published("percpu", SITES), report.latencyPs(), 0.15, "per CPU, 164 sites");
        assertTrue(report.traps() > THREADS, "it is a hot one");
        assertEquals(0, report.failuresPerSuccess());
    }

    @ParameterizedTest
    @CsvSource({"milan, 480", "mid, 480", "milan, 120"})
    void perCpuRefsCostTwoTransfersForEachCpu(String name, int cores) {
        MachineProfile profile = SmallRun.profile(name);
        Topology topology = new Topology(profile, cores);
        long expected = 0;
        for (int cpu = 1; cpu < cores; cpu++) {
            expected += 2 * (profile.transferPs(topology.distance(0, cpu)) + profile.lockedOperationPs());
        }
        long more = cold(name, cores, new PerCpuRefs()).latencyPs()
                - cold(name, cores, new GlobalRefs()).latencyPs();
        assertNear(expected, more, 0.15, "per-CPU minus global");
    }

    @Test
    void quietLatencyIsLinearInCoresAndSites() {
        double n120 = cold("mid", 120, new PerCpuRefs()).latencyPs();
        double n240 = cold("mid", 240, new PerCpuRefs()).latencyPs();
        double n480 = cold("mid", 480, new PerCpuRefs()).latencyPs();
        assertNear((n240 - n120) * 2, n480 - n240, 0.15, "cores");
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 120, 240})
    void failuresPerSuccessInRandomOrderAreHalfTheRootOfTheCores(int cores) {
        double sum = 0;
        int seeds = 6;
        for (long seed = 1; seed <= seeds; seed++) {
            sum += storm("random-order", cores, new GlobalRefs(), seed).failuresPerSuccess();
        }
        assertNear(0.5 * Math.sqrt(cores), sum / seeds, 0.15, cores + " cores");
    }

    @Test
    void fetchAndAddDoesNotStormWithoutSoftirqs() {
        RunReport report = storm("fifo", THREADS, new FetchAddRefs(), 1);
        assertTrue(report.latencyPs() < 1_200_000_000L, () -> report.latencyPs() / 1e6 + " us");
        assertEquals(0, report.exchangeFailures());
        assertTrue(report.traps() > THREADS);
        // the same order, refs the only difference, and a quarter of the cores
        long storm = storm("fifo", 120, new GlobalRefs(), 1).latencyPs();
        assertTrue(storm > 10 * report.latencyPs(), () -> storm / 1e6 + " us");
    }

    @Test
    void noStormWithAMillisecondOfWorkBetweenVisits() {
        long storm = storm("busy-server", 120, new GlobalRefs(), 1).latencyPs();
        RunReport calm = complete(
                new SmallRun()
                        .profiled("mid")
                        .sites(SITES)
                        .hotSites(HOT)
                        .cores(120)
                        .refs(new GlobalRefs())
                        .scenario(scenario("busy-server").with("work-gap", "1000000")),
                1);
        double cold = complete(
                        new SmallRun()
                                .profiled("mid")
                                .sites(SITES)
                                .hotSites(0)
                                .cores(120)
                                .refs(new GlobalRefs()),
                        1)
                .latencyPs();
        assertTrue(calm.latencyPs() < 1.5 * cold, () -> calm.latencyPs() / 1e6 + " us");
        assertTrue(storm > 100 * cold, () -> storm / 1e6 + " us");
    }

    @ParameterizedTest
    @CsvSource({"120, 10", "240, 10"})
    void withoutSoftirqsOnThePatchingCoreTheStormCollapses(int cores, double ratio) {
        double with = 0;
        double without = 0;
        for (long seed = 1; seed <= 240 / cores; seed++) {
            with += storm("busy-server", cores, new GlobalRefs(), seed).latencyPs();
            without += storm("busy-server-no-softirq", cores, new GlobalRefs(), seed)
                    .latencyPs();
        }
        double measured = with / without;
        assertTrue(measured > ratio, () -> cores + " cores: " + measured);
    }

    @Test
    void stormGrowsFasterThanTheSquareOfTheCores() {
        double n60 = 0;
        double n120 = 0;
        for (long seed = 1; seed <= 4; seed++) {
            n60 += storm("busy-server", 60, new GlobalRefs(), seed).latencyPs();
            n120 += storm("busy-server", 120, new GlobalRefs(), seed).latencyPs();
        }
        double n240 = 4.0 * storm("busy-server", 240, new GlobalRefs(), 1).latencyPs();
        assertTrue(n120 > 4 * n60 && n240 > 4 * n120, n60 + " " + n120 + " " + n240);
    }

    @Test
    void sameSetupGivesTheSameReportAndAnotherSeedAnother() {
        for (Refs refs : RefsSchemes.ALL) {
            RunReport first = storm("busy-server", 40, refs, 7);
            assertEquals(first, storm("busy-server", 40, refs, 7));
            assertEquals(first.toString(), storm("busy-server", 40, refs, 7).toString());
            assertNotEquals(first, storm("busy-server", 40, refs, 8));
        }
    }

    @Test
    void violationsAreDeterministicToo() {
        SmallRun run = new SmallRun().protocol(new dev.pokesim.patcher.protocol.BrokenNoSecondSync());
        for (long seed = 1; seed <= 4; seed++) {
            assertEquals(run.run(seed), run.run(seed));
        }
    }
}
