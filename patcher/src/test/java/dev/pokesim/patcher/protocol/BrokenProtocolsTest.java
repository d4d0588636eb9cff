package dev.pokesim.patcher.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.run.RunReport;
import dev.pokesim.patcher.run.SmallRun;
import dev.pokesim.patcher.scenario.ScenarioReader;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every broken protocol is caught by the oracle that it should be caught by; the kernel's own by none. */
class BrokenProtocolsTest {
    private static final int SEEDS = 8;

    private static final Map<String, Set<String>> EXPECTED = Map.of(
            "broken-no-int3", Set.of("NoTornInstruction"),
            "broken-no-first-sync", Set.of("NoTornInstruction"),
            "broken-no-second-sync", Set.of("NoTornInstruction"),
            // INT3 or old bytes: whichever a lagging core happens to fetch first
            "broken-no-last-sync", Set.of("EveryInt3IsClaimed", "NothingOldAfterFinish"),
            "broken-first-byte-early", Set.of("NoTornInstruction"),
            "broken-refs-late", Set.of("EveryInt3IsClaimed"),
            "broken-refs-retired-early", Set.of("EveryInt3IsClaimed"),
            // emptying the array while handlers could still come in
            "broken-refs-never-retired", Set.of("ArrayStableWhileReferenced"));

    @Test
    void everyBrokenProtocolIsCaughtByTheRightOracle() {
        Set<String> tested = new HashSet<>();
        for (PatchProtocol protocol : PatchProtocols.ALL) {
            if (protocol.isSafe()) {
                continue;
            }
            int caught = 0;
            for (long seed = 1; seed <= SEEDS; seed++) {
                RunReport report = new SmallRun().protocol(protocol).run(seed);
                Violation violation = report.violation();
                if (violation == null) {
                    assertEquals(RunReport.Outcome.COMPLETE, report.outcome());
                    continue;
                }
                caught++;
                assertTrue(
                        EXPECTED.get(protocol.name()).contains(violation.oracle()),
                        () -> protocol.name() + ": " + violation);
                assertEquals(RunReport.Outcome.VIOLATED, report.outcome());
                assertFalse(report.lastEvents().isEmpty());
            }
            // without the second sync only some cores are caught between tail and first byte
            int atLeast = protocol instanceof BrokenNoSecondSync ? SEEDS / 2 : SEEDS;
            int times = caught;
            assertTrue(caught >= atLeast, () -> protocol.name() + " caught " + times + " times");
            tested.add(protocol.name());
        }
        assertEquals(EXPECTED.keySet(), tested);
    }

    @ParameterizedTest
    @EnumSource(FetchMode.class)
    void theKernelsProtocolIsNeverCaught(FetchMode mode) {
        for (Refs refs : RefsSchemes.ALL) {
            for (long seed = 1; seed <= SEEDS; seed++) {
                RunReport report = new SmallRun().refs(refs).fetchMode(mode).run(seed);
                assertEquals(null, report.violation());
                assertEquals(RunReport.Outcome.COMPLETE, report.outcome());
                assertEquals(0, report.patcherWaits());
                assertTrue(report.traps() > 0, "the test shows nothing if nobody trapped");
            }
        }
    }

    @Test
    void theKernelsProtocolIsNotCaughtWithSoftirqsOnThePatchingCore() {
        for (long seed = 1; seed <= SEEDS; seed++) {
            RunReport report = new SmallRun()
                    .sites(8)
                    .scenario(ScenarioReader.read("busy-server")
                            .with("work-gap", "1000")
                            .with("softirq-interval", "5"))
                    .run(seed);
            assertEquals(null, report.violation());
            assertEquals(RunReport.Outcome.COMPLETE, report.outcome());
            assertTrue(report.softirqPolls() > 0);
        }
    }

    /** What DESIGN calls hiding bugs: a fetch that never lags shows no missing sync. */
    @Test
    void coherentFetchesHideAMissingSync() {
        for (PatchProtocol protocol : List.of(new BrokenNoFirstSync(), new BrokenNoSecondSync())) {
            for (long seed = 1; seed <= SEEDS; seed++) {
                RunReport report = new SmallRun()
                        .protocol(protocol)
                        .fetchMode(FetchMode.COHERENT)
                        .run(seed);
                assertEquals(null, report.violation());
            }
        }
    }
}
