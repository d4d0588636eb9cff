package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.explore.SamplingResult;
import dev.pokesim.emulator.explore.SamplingSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.explore.SearchResult.Verdict;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.patcher.kernel.FaultyRefs;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.proof.Coverage;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.RunLink;
import dev.pokesim.patcher.protocol.BrokenNoLastSync;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.site.GeneratedText;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a machine does in an exploration is a step of the proof; what is no step of it is caught there. */
class ExploredLinkTest {
    private static PatchModel model(Refs refs, int cores, int sites, int nmis, String... without) {
        return new PatchModel(
                PatchTarget.of(new GeneratedText(sites, 1)),
                new TextPokeBatch(),
                refs,
                FetchMode.WINDOW,
                cores,
                1,
                nmis,
                new Surroundings(List.of(), Set.of(), Set.of(), Set.of(without), List.of()));
    }

    static Stream<Refs> schemes() {
        return Stream.of(new PerCpuRefs(), new GlobalRefs());
    }

    private static SearchResult exhaust(Model.Source model) {
        return new ExhaustiveSearch(model, SearchLimits.ONE_GIB).run();
    }

    private static SamplingResult sample(Model.Source model, int runs) {
        return new SamplingSearch(model, 1, runs, 100_000).run();
    }

    /** What it remembers follows from the machine's state: it makes nothing different that is the same. */
    @ParameterizedTest
    @MethodSource("schemes")
    void followingTheRunsAddsNoStates(Refs refs) {
        SearchResult followed = exhaust(model(refs, 2, 1, 0));
        SearchResult alone = exhaust(model(refs, 2, 1, 0, RunLink.NAME));
        assertEquals(Verdict.SAFE, followed.verdict(), followed.reason());
        assertEquals(alone.states(), followed.states());
        assertEquals(alone.transitions(), followed.transitions());
    }

    // ---- seeded faults

    private static void assertCaughtByTheLinkAlone(PatchModel model, Model.Source faulty, Model.Source unfollowed) {
        assertNotNull(model.proved());
        SearchResult found = exhaust(faulty);
        assertEquals(Verdict.VIOLATED, found.verdict());
        assertTrue(found.reason().startsWith(RunLink.NAME + ": "), found.reason());
        assertEquals(RunLink.NAME, PatchModel.oracleOf(found.reason()));
        SamplingResult sampled = sample(faulty, 60);
        assertTrue(sampled.reason().startsWith(RunLink.NAME + ": "), sampled.reason());
        assertFalse(exhaust(unfollowed).reason().startsWith(RunLink.NAME));
    }

    private static Routine noSyncCore() {
        Routine.Builder b = Routine.named("no sync_core");
        b.interruptEntry(0, 0);
        return b.act("take calls", (core, local) -> core.bus().takeCalls(core))
                .act("answer", (core, local) -> core.bus().answerCalls(core))
                .interruptReturn(0)
                .build();
    }

    @Test
    void aSyncThatDoesNotFlushIsCaught() {
        PatchModel model = model(new PerCpuRefs(), 2, 1, 0);
        assertCaughtByTheLinkAlone(
                model,
                model.withFault(host -> host.handle(SyncCores.VECTOR, noSyncCore())),
                model(new PerCpuRefs(), 2, 1, 0, RunLink.NAME)
                        .withFault(host -> host.handle(SyncCores.VECTOR, noSyncCore())));
    }

    @Test
    void aHandlerThatSkipsItsDecIsCaught() {
        for (Refs refs : schemes().toList()) {
            Refs leaking = new FaultyRefs(refs) {
                @Override
                public void drop(Routine.Builder routine) {}
            };
            PatchModel model = model(leaking, 2, 1, 0);
            assertCaughtByTheLinkAlone(model, model, model(leaking, 2, 1, 0, RunLink.NAME));
        }
    }

    // ---- NMIs

    @Test
    void handlersThatNmisNestAreFollowed() {
        for (Refs refs : schemes().toList()) {
            SamplingResult sampled = sample(model(refs, 3, 2, 2), 300);
            assertEquals("", sampled.reason());
            assertEquals(0, sampled.cutOff());
        }
    }

    // ---- coverage

    private static Coverage coverage(ProofSetup setup) {
        return Objects.requireNonNull(Coverage.of(setup, extent -> true));
    }

    private static ProofSetup proved(PatchModel model) {
        return Objects.requireNonNull(model.proved());
    }

    @ParameterizedTest
    @MethodSource("schemes")
    void oneCoreThatCallsASiteOnceComesByEveryStateButThoseThatTakeTwoCalls(Refs refs) {
        PatchModel once = model(refs, 2, 1, 0);
        Coverage all = coverage(proved(once));
        assertEquals(0, all.reached());
        assertEquals(Verdict.SAFE, exhaust(once.coveredBy(all)).verdict());
        assertTrue(all.reached() > all.states() / 2, all.reached() + " of " + all.states());
        int first = all.reached();
        sample(once.coveredBy(all), 30);
        assertEquals(first, all.reached(), "a sample comes nowhere else");
    }

    @Test
    void aSampleComesBySomeStatesAndMoreRunsByMore() {
        PatchModel model = model(new PerCpuRefs(), 4, 2, 0);
        Coverage few = coverage(proved(model));
        assertEquals("", sample(model.coveredBy(few), 10).reason());
        Coverage many = coverage(proved(model));
        assertEquals("", sample(model.coveredBy(many), 100).reason());
        assertTrue(few.reached() > 20, few.reached() + " of " + few.states());
        assertTrue(many.reached() > few.reached(), many.reached() + " of " + many.states());
        assertTrue(many.reached() < many.states());
    }

    @Test
    void aStateThatTheProofDoesNotHaveEndsTheRun() {
        PatchModel model = model(new PerCpuRefs(), 2, 1, 0);
        Coverage ofAnother = coverage(proved(model(new GlobalRefs(), 2, 1, 0)));
        SearchResult found = exhaust(model.coveredBy(ofAnother));
        assertEquals(Verdict.VIOLATED, found.verdict());
        assertTrue(found.reason().contains("a state which the proof does not have"), found.reason());
    }

    @Test
    void aProtocolThatIsWrongHasNoSetOfStates() {
        ProofSetup setup = proved(model(new PerCpuRefs(), 2, 1, 0));
        ProofSetup wrong = ProofSetup.of(new BrokenNoLastSync(), setup.batches(), 2, true, FetchMode.WINDOW);
        assertNull(Coverage.of(wrong, extent -> true));
        assertNull(Coverage.of(setup.withCores(20), extent -> extent.states() < 100));
    }
}
