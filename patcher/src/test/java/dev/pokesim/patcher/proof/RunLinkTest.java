package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.FaultyRefs;
import dev.pokesim.patcher.kernel.FetchAddRefs;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.KernelBench;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.RefsSchemes;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPoke;
import dev.pokesim.patcher.kernel.TextPokeArray;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.BrokenFirstByteEarly;
import dev.pokesim.patcher.protocol.BrokenNoLastSync;
import dev.pokesim.patcher.protocol.BrokenRefsLate;
import dev.pokesim.patcher.protocol.BrokenRefsRetiredEarly;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.run.RunReport;
import dev.pokesim.patcher.run.SmallRun;
import dev.pokesim.patcher.scenario.ScenarioReader;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs stay inside the proof, whatever the protocol; handlers and patchers that do something else are caught by that. */
class RunLinkTest {
    private static final int CORES = 4;
    private static final List<TextPokeLoc> TWO =
            List.of(KernelBench.nopToJump(KernelBench.TEXT), KernelBench.nopToJump(KernelBench.TEXT + 0x20));

    // ---- runs that do what the proof says

    private static void assertFollowed(RunReport report, Object what) {
        Violation violation = report.violation();
        if (violation == null) {
            assertEquals(RunReport.Outcome.COMPLETE, report.outcome());
        } else {
            assertNotEquals("RunLink", violation.oracle(), () -> what + ": " + violation);
        }
    }

    @ParameterizedTest
    @EnumSource(FetchMode.class)
    void everyProtocolDoesWhatTheProofSaysEvenIfItIsWrong(FetchMode mode) {
        for (PatchProtocol protocol : PatchProtocols.ALL) {
            for (Refs refs : RefsSchemes.ALL) {
                if (refs instanceof FetchAddRefs && protocol instanceof BrokenRefsRetiredEarly) {
                    continue; // see below
                }
                for (long seed = 1; seed <= 3; seed++) {
                    SmallRun run = new SmallRun().protocol(protocol).refs(refs).fetchMode(mode);
                    assertFollowed(run.run(seed), protocol.name() + ", " + refs.name() + ", seed " + seed);
                }
            }
        }
    }

    /** An increment that cannot tell the patcher's reference from one that another core is about to give back. */
    @Test
    void aFetchAndAddThatTakesWhatIsBeingGivenBackIsNoStepOfTheProof() {
        Violation violation = violation(new BrokenRefsRetiredEarly(), new FetchAddRefs());
        assertTrue(violation.what().contains("takes a reference where the proof has none"), violation::what);
    }

    @Test
    void batchesSoftirqsOnThePatchingCoreAndASingleCoreAreFollowed() {
        SmallRun softirqs = new SmallRun()
                .sites(8)
                .scenario(ScenarioReader.read("busy-server")
                        .with("work-gap", "1000")
                        .with("softirq-interval", "5"));
        for (Refs refs : RefsSchemes.ALL) {
            assertFollowed(softirqs.refs(refs).run(1), "softirqs");
            assertFollowed(new SmallRun().refs(refs).sites(300).run(1), "two batches");
            assertFollowed(new SmallRun().refs(refs).cores(1).run(1), "one core");
        }
    }

    // ---- runs that do something else

    private static ProofSetup setup(PatchProtocol protocol, List<TextPokeLoc> places, Refs refs, FetchMode mode) {
        return ProofSetup.of(protocol, ProofSetup.batches(places), CORES, refs.isPerCore(), mode);
    }

    /** A bench whose runs are compared with a proof; two places, each followed by a return. */
    private static final class Linked {
        private final List<Violation> violations = new ArrayList<>();
        private final KernelBench bench;
        private final RunLink link;

        Linked(Refs refs, ProofSetup setup) {
            bench = new KernelBench(CORES).with(refs).oldText(TWO).watch(TWO);
            TWO.forEach(place -> bench.text(place.address() + place.sizeBytes(), 0xc3));
            link = new RunLink(
                    setup,
                    PokeArray.of(refs, bench.layout()),
                    bench.layout(),
                    bench.memory().history());
            link.reportTo(violation -> {
                violations.add(violation);
                bench.stop();
            });
            bench.with(link);
        }

        Linked(Refs refs) {
            this(refs, setup(new TextPokeBatch(), TWO, refs, FetchMode.WINDOW));
        }

        Linked() {
            this(new PerCpuRefs());
        }

        /** Core 0 patches, core 1 runs through both places all the time, the others halt. */
        void run(Routine patcher) {
            Routine worker = Routine.named("worker")
                    .label("work")
                    .callGuest((core, local) -> TWO.get(0).address())
                    .callGuest((core, local) -> TWO.get(1).address())
                    .delay("work", core -> 20_000)
                    .jump("work")
                    .build();
            bench.run(patcher, worker);
        }

        void assertCaught(String what) {
            assertFalse(violations.isEmpty(), "nothing was caught");
            Violation violation = violations.get(0);
            assertEquals("RunLink", violation.oracle());
            assertEquals(RunLink.PROPERTY, violation.property());
            assertTrue(violation.what().contains(what), violation::what);
            assertEquals(1, violations.size(), "only the first step counts");
        }
    }

    @Test
    void thisBenchDoesWhatTheProofSays() {
        for (Refs refs : RefsSchemes.ALL) {
            Linked run = new Linked(refs);
            run.run(run.bench.patcher(TWO));
            run.link.patcherDone(run.bench.core(0));
            assertEquals(List.of(), run.violations);
        }
    }

    @Test
    void aCoreThatAnswersASyncWithoutSerialisingIsCaught() {
        Linked run = new Linked();
        Routine.Builder b = Routine.named("no sync_core");
        b.interruptEntry(0, 0);
        run.bench.syncHandler(
                b.compute("take calls", (core, local) -> core.bus().takeCalls(core))
                        .compute("answer", (core, local) -> core.bus().answerCalls(core))
                        .interruptReturn(0)
                        .build());
        run.run(run.bench.patcher(TWO));
        run.assertCaught("answers a sync and has not serialised");
    }

    private static Violation violation(PatchProtocol protocol, Refs refs) {
        RunReport report = new SmallRun().protocol(protocol).refs(refs).run(1);
        assertEquals(RunReport.Outcome.VIOLATED, report.outcome());
        Violation violation = report.violation();
        assertNotNull(violation);
        assertEquals("RunLink", violation.oracle());
        return violation;
    }

    @Test
    void aHandlerThatKeepsItsReferenceIsCaughtBeforeItReturns() {
        for (Refs refs : RefsSchemes.ALL) {
            Violation violation = violation(new TextPokeBatch(), new FaultyRefs(refs) {
                @Override
                public void drop(Routine.Builder routine) {}
            });
            assertTrue(violation.what().contains("claims the INT3"), violation::what);
            assertTrue(violation.what().contains("\"drop\""), violation::what);
        }
    }

    @Test
    void aHandlerThatTakesTwoReferencesIsCaught() {
        Violation violation = violation(new TextPokeBatch(), new FaultyRefs(new PerCpuRefs()) {
            @Override
            public void take(Routine.Builder routine, String unavailable) {
                super.take(routine, unavailable);
                routine.fetchAndAdd("again", counter(), 4, 1, routine.local());
            }
        });
        assertTrue(violation.what().contains("comes to \"take\""), violation::what);
    }

    @Test
    void aHandlerThatDoesNotAskWhetherTheArrayIsInUseIsCaught() {
        Violation violation = violation(new BrokenRefsLate(), new FaultyRefs(new PerCpuRefs()) {
            @Override
            public void take(Routine.Builder routine, String unavailable) {
                routine.fetchAndAdd("take anyway", counter(), 4, 1, routine.local());
            }
        });
        assertTrue(violation.what().contains("before \"take\""), violation::what);
    }

    @Test
    void aPatcherThatForgetsToPublishACountIsCaught() {
        Violation violation = violation(new TextPokeBatch(), new FaultyRefs(new PerCpuRefs()) {
            @Override
            public void publish(Routine.Builder routine, BatchContext context) {
                for (int cpu = 0; cpu < context.coreCount() - 1; cpu++) {
                    long counter = KernelLayout.perCpu(cpu) + KernelLayout.REFS;
                    routine.storeConstant("refs = 1", core -> counter, 4, 1);
                }
            }
        });
        assertTrue(violation.what().contains("writes cc"), violation::what);
        assertTrue(violation.what().contains("\"publish\""), violation::what);
    }

    @Test
    void bytesThatAreStalerThanTheProofAllowsAreCaught() {
        // the machine may show old bytes; this proof is about one whose fetches never lag
        Refs refs = new PerCpuRefs();
        Linked run = new Linked(refs, setup(new TextPokeBatch(), TWO, refs, FetchMode.COHERENT));
        run.run(run.bench.patcher(TWO));
        run.assertCaught("fetches 0f 1f 44 00 00");
    }

    @Test
    void aTrapWhereTheProofHasNoInt3IsCaught() {
        Linked run = new Linked();
        run.bench.text(TWO.get(1).address(), 0xcc);
        run.run(run.bench.patcher(TWO));
        run.assertCaught("fetches cc at 0xffffffff81000020");
    }

    @Test
    void aSyncThatMissesACoreIsCaughtWhenThePatcherGoesOn() {
        Linked run = new Linked();
        run.bench.online(id -> id != 2);
        run.run(run.bench.patcher(TWO));
        run.assertCaught("before core 2 was sent an IPI");
    }

    @Test
    void aProtocolOtherThanTheProofsIsCaught() {
        Linked run = new Linked();
        run.bench.with(new BrokenFirstByteEarly());
        run.run(run.bench.patcher(TWO));
        run.assertCaught("writes e9 at 0xffffffff81000000; the proof's patcher writes 00 at 0xffffffff81000001");

        run = new Linked();
        run.bench.with(new BrokenNoLastSync());
        run.run(run.bench.patcher(TWO));
        run.assertCaught("gives up the count of core 0; the proof's patcher comes to \"sync.send\" next");
    }

    @Test
    void aPatcherThatStopsEarlyIsCaughtWhenItSaysItIsDone() {
        Linked run = new Linked();
        run.run(run.bench.patcher(TWO));
        assertEquals(List.of(), run.violations);
        Refs refs = new PerCpuRefs();
        Linked longer = new Linked(
                refs,
                setup(new TextPokeBatch(), TWO, refs, FetchMode.WINDOW)
                        .withBatches(ProofSetup.thereAndBack(ProofSetup.batches(TWO), 2)));
        longer.run(longer.bench.patcher(TWO));
        longer.link.patcherDone(longer.bench.core(0));
        longer.assertCaught("\"fill 1\"");
    }

    @Test
    void entriesOtherThanTheProofsAreCaught() {
        Linked run = new Linked();
        run.run(run.bench.patcher(List.of(TWO.get(1))));
        run.assertCaught("has entry 0 of 1");
    }

    /** A patcher by hand: it has queued both places and published the references. */
    private static Routine byHand(Linked run, Refs refs, Consumer<Hand> rest) {
        return run.bench.once("patcher by hand", b -> {
            BatchContext context = run.bench.context();
            TextPokeArray.queue(
                    b, run.bench.layout(), TWO, Routine.named("none").ret().build());
            b.compute("batch starts", (core, local) -> context.listener().batchStarted(core, TWO.size()));
            refs.publish(b, context);
            rest.accept(new Hand(b, context, b.local(), b.local(), b.local()));
        });
    }

    private record Hand(Routine.Builder b, BatchContext context, int address, int source, int length) {
        void pokeInt3(int place, int sizeBytes) {
            b.compute("INT3", (core, local) -> {
                local[address] = TWO.get(place).address();
                local[source] = TextPokeArray.INT3_BYTE;
                local[length] = sizeBytes;
            });
            TextPoke.append(b, context.costs(), context.listener(), address, source, length);
        }
    }

    @Test
    void aPatcherThatWritesPlacesInAnotherOrderIsCaught() {
        Refs refs = new GlobalRefs();
        Linked run = new Linked(refs);
        run.run(byHand(run, refs, hand -> {
            hand.pokeInt3(1, 1);
            hand.pokeInt3(0, 1);
        }));
        run.assertCaught("writes cc at 0xffffffff81000020; the proof's patcher writes cc at 0xffffffff81000000 next");
    }

    @Test
    void aPatcherThatWritesAByteMoreIsCaught() {
        Refs refs = new GlobalRefs();
        Linked run = new Linked(refs);
        run.run(byHand(run, refs, hand -> {
            hand.pokeInt3(0, 1);
            hand.pokeInt3(1, 2);
        }));
        run.assertCaught("writes 0f at 0xffffffff81000021; the proof's patcher comes to \"sync.send\" next");
    }

    @Test
    void aPatcherThatGoesOnBeforeTheAnswersIsCaught() {
        Refs refs = new GlobalRefs();
        Linked run = new Linked(refs);
        run.run(byHand(run, refs, hand -> {
            hand.pokeInt3(0, 1);
            hand.pokeInt3(1, 1);
            for (int id = 1; id < CORES; id++) {
                int target = id;
                hand.b().sendIpi(SyncCores.VECTOR, (core, local) -> target);
            }
            hand.pokeInt3(0, 1);
        }));
        run.assertCaught("has serialised and answered");
    }

    @Test
    void aPatcherThatChangesTheArrayInTheMiddleIsCaught() {
        Refs refs = new GlobalRefs();
        Linked run = new Linked(refs);
        run.run(byHand(run, refs, hand -> {
            hand.pokeInt3(0, 1);
            hand.b().storeConstant("entry", core -> TextPokeArray.entry(1), 4, 0);
        }));
        run.assertCaught("in the array; the proof's patcher comes to \"write 1 +0 cc\" next");
    }

    @Test
    void aCoreThatPatchesWithoutBeingThePatcherIsCaught() {
        Linked run = new Linked();
        Routine other = Routine.named("idle")
                .label("idle")
                .delay("idle", core -> 1000)
                .jump("idle")
                .build();
        run.bench.run(other, run.bench.patcher(TWO));
        run.assertCaught("which in the proof only the patcher does");
    }
}
