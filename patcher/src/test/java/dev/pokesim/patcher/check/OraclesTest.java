package dev.pokesim.patcher.check;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.FaultyRefs;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.KernelBench;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.BrokenNoLastSync;
import dev.pokesim.patcher.protocol.BrokenRefsNeverRetired;
import dev.pokesim.patcher.run.PatchTarget;
import dev.pokesim.patcher.run.RunReport;
import dev.pokesim.patcher.run.SmallRun;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every oracle speaks up when its property does not hold: faults that no protocol variant has are built in here. */
class OraclesTest {
    private static Violation violation(Refs refs) {
        RunReport report = new SmallRun().refs(refs).run(1);
        assertEquals(RunReport.Outcome.VIOLATED, report.outcome());
        Violation violation = report.violation();
        assertNotNull(violation);
        return violation;
    }

    @Test
    void handlersThatReturnElsewhereDoNotActAsEmulated() {
        assertEquals(
                "ActsAsEmulated",
                violation(new FaultyRefs(new GlobalRefs()) {
                            @Override
                            public void drop(Routine.Builder routine) {
                                int ip = routine.local();
                                routine.load("regs->ip", ip, routine.frame(0), 8, 0)
                                        .compute("wrong", (core, local) -> local[ip]++)
                                        .store("regs->ip", routine.frame(0), 8, ip);
                                super.drop(routine);
                            }
                        })
                        .oracle());
    }

    @Test
    void handlersThatChangeFlagsDoNotActAsEmulated() {
        assertEquals(
                "ActsAsEmulated",
                violation(new FaultyRefs(new GlobalRefs()) {
                            @Override
                            public void drop(Routine.Builder routine) {
                                int flags = routine.local();
                                routine.load("regs->flags", flags, routine.frame(16), 8, 0)
                                        .compute("wrong", (core, local) -> local[flags] ^= 1)
                                        .store("regs->flags", routine.frame(16), 8, flags);
                                super.drop(routine);
                            }
                        })
                        .oracle());
    }

    @Test
    void handlersThatMoveTheStackPointerAreSeen() {
        assertEquals(
                "StackAsInNativeRun",
                violation(new FaultyRefs(new GlobalRefs()) {
                            @Override
                            public void drop(Routine.Builder routine) {
                                int sp = routine.local();
                                routine.load("regs->sp", sp, routine.frame(24), 8, 0)
                                        .compute("wrong", (core, local) -> local[sp] -= 8)
                                        .store("regs->sp", routine.frame(24), 8, sp);
                                super.drop(routine);
                            }
                        })
                        .oracle());
    }

    @Test
    void handlersThatWriteTheArrayAreSeen() {
        Violation violation = violation(new FaultyRefs(new GlobalRefs()) {
            @Override
            public void drop(Routine.Builder routine) {
                routine.storeConstant("wrong", core -> KernelLayout.ARRAY + KernelLayout.ENTRY_TEXT, 1, 0x90);
                super.drop(routine);
            }
        });
        assertEquals("ArrayStableWhileReferenced", violation.oracle());
    }

    @Test
    void aCounterThatIsNegativeWhereAnotherIsPositiveIsHeld() {
        AddressSpace memory = new AddressSpace();
        new KernelLayout(KernelBench.TEXT, 4).map(memory);
        Refs refs = new dev.pokesim.patcher.kernel.PerCpuRefs();
        KernelLayout layout = new KernelLayout(KernelBench.TEXT, 4);
        assertEquals(0, refs.held(memory, layout));
        memory.write(KernelLayout.perCpu(1) + KernelLayout.REFS, 4, 1, 0);
        memory.write(KernelLayout.perCpu(2) + KernelLayout.REFS, 4, -1, 0);
        assertEquals(KernelLayout.perCpu(1) + KernelLayout.REFS, refs.held(memory, layout));
    }

    @Test
    void aPatcherThatWaitsForAReferenceThatNobodyHoldsIsSeen() {
        Violation violation = violation(new FaultyRefs(new GlobalRefs()) {
            @Override
            public void retire(Routine.Builder routine, BatchContext context) {
                routine.fetchAndAdd("refs: dec", counter(), 4, -1, routine.local())
                        .awaitMemory("for ever", counter(), 4, value -> value == 1, 100_000);
            }
        });
        assertEquals("EveryWaitEnds", violation.oracle());
        assertTrue(violation.what().contains("\"retire refs\""), violation.what());
    }

    @Test
    void aHandlerThatHangsWithInterruptsOffStopsTheSync() {
        Violation violation = violation(new FaultyRefs(new GlobalRefs()) {
            @Override
            public void take(Routine.Builder routine, String unavailable) {
                super.take(routine, unavailable);
                routine.awaitMemory(
                        "for ever", core -> KernelLayout.DESCRIPTOR_REFS, 4, value -> value > 1_000_000, 100_000);
            }
        });
        assertEquals("EveryWaitEnds", violation.oracle());
        assertTrue(violation.what().contains("owes it an answer"), violation.what());
    }

    /** Nothing stands still here: the handler tries again and again, and the patching core takes its softirqs. */
    @Test
    void aHandlerThatTriesForEverIsALivelock() {
        Violation violation = violation(new FaultyRefs(new PerCpuRefs()) {
            @Override
            public void take(Routine.Builder routine, String unavailable) {
                int value = routine.local();
                int success = routine.local();
                String again = routine.newLabel("again");
                routine.label(again)
                        .load("refs: load", value, counter(), 4, 0)
                        .compute("wrong", (core, local) -> local[value]++)
                        .compareAndExchange(
                                "refs: cmpxchg", counter(), 4, value, (core, local) -> local[value] + 1, success)
                        .delay("and again after 10 us", core -> 10_000_000)
                        .jumpIf("again", (core, local) -> local[success] == 0, again);
            }
        });
        assertEquals("EveryWaitEnds", violation.oracle());
        assertTrue(
                violation
                        .what()
                        .matches("livelock: core 0 in \".*\" has waited for [0-9]+ ms"
                                + "; core [0-9]+ goes on in the INT3 handler and does not get out"),
                violation.what());
    }

    @Test
    void aCoreThatEntersInsideASiteIsSeen() {
        PatchTarget target = SmallRun.generated(2);
        // the second byte of 66 90 is a NOP of its own: a jump into the site works until it is patched
        List<Long> inside = new ArrayList<>(target.entries());
        inside.set(0, target.places().get(0).address() + 1);
        assertEquals(2, target.places().get(0).sizeBytes());
        PatchTarget wrong = new PatchTarget(target.image(), target.key(), target.enable(), target.places(), inside);
        Violation violation = new SmallRun().target(wrong).run(1).violation();
        assertNotNull(violation);
        assertEquals("NoEntryInsideSite", violation.oracle());
    }

    // ---- one oracle alone, where another one would speak up before it

    private static List<Violation> alone(KernelBench bench, Oracle oracle) {
        List<Violation> violations = new ArrayList<>();
        oracle.reportTo(violations::add);
        bench.with(oracle);
        return violations;
    }

    @Test
    void referencesThatStayAreSeenAtTheEndOfTheBatch() {
        TextPokeLoc place = KernelBench.nopToJump(KernelBench.TEXT);
        KernelBench bench = new KernelBench(3).oldText(List.of(place)).with(new BrokenRefsNeverRetired());
        List<Violation> violations = alone(
                bench, new RefsEndAtZero(PokeArray.of(new dev.pokesim.patcher.kernel.PerCpuRefs(), bench.layout())));
        assertTrue(bench.run(bench.patcher(List.of(place))));
        assertEquals(1, violations.size());
        assertEquals("RefsEndAtZero", violations.get(0).oracle());
    }

    @Test
    void oldTextAfterTheBatchIsSeen() {
        TextPokeLoc place = KernelBench.nopToJump(KernelBench.TEXT);
        for (boolean isBroken : new boolean[] {false, true}) {
            KernelBench bench = new KernelBench(2)
                    .oldText(List.of(place))
                    .watch(List.of(place))
                    .text(place.address() + 5, 0xc3);
            if (isBroken) {
                bench.with(new BrokenNoLastSync());
            }
            List<Violation> violations = alone(bench, new NothingOldAfterFinish());
            boolean[] patched = {false};
            bench.with(new PatchListener() {
                @Override
                public void batchFinished(Core patcher) {
                    patched[0] = true;
                }

                @Override
                public void returned(Core core) {
                    if (core.rip() == place.address() + 1) {
                        core.setRip(place.address() + 5); // nobody claims it any more
                    }
                }
            });
            Routine worker = bench.once(
                    "worker",
                    b -> b.label("wait")
                            .delay("elsewhere", core -> 10_000)
                            .jumpIf("not yet", (core, local) -> !patched[0], "wait")
                            .callGuest((core, local) -> place.address()));
            assertTrue(bench.run(bench.patcher(List.of(place)), worker));
            assertEquals(isBroken, !violations.isEmpty());
        }
    }

    @Test
    void emulatedCallThatPushesAnotherAddressIsSeen() {
        InstructionBytes call = InstructionBytes.of(0xe8, 0xfb, 0xff, 0xff, 0xff);
        TextPokeLoc place = TextPokeLoc.of(KernelBench.TEXT, InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0), call);
        for (boolean isWrong : new boolean[] {false, true}) {
            StackAsInNativeRun oracle = new StackAsInNativeRun(List.of(place), Instead.CHOSEN, 1);
            List<Violation> violations = new ArrayList<>();
            oracle.reportTo(violations::add);
            AddressSpace memory = new AddressSpace();
            new KernelLayout(KernelBench.TEXT, 1).map(memory);
            Core core = new Core(0, memory);
            KernelLayout.prepare(core);
            core.setRegister(Core.RSP, KernelLayout.stackTop(0) - 64);
            core.setRip(place.address() + 1);
            oracle.entered(core, 3);
            core.setRegister(Core.RSP, KernelLayout.stackTop(0) - 72);
            memory.write(KernelLayout.stackTop(0) - 72, 8, place.address() + (isWrong ? 6 : 5), 0);
            oracle.returned(core);
            assertEquals(isWrong, !violations.isEmpty());
        }
    }

    /** Both send with interrupts off and wait: neither can take the other's call. */
    @Test
    void twoCoresThatSyncWithInterruptsOffWaitForEachOther() {
        for (boolean isOff : new boolean[] {false, true}) {
            KernelBench bench = new KernelBench(2);
            Routine[] both = new Routine[2];
            for (int i = 0; i < 2; i++) {
                int other = 1 - i;
                both[i] = bench.once(
                        "patcher " + i,
                        b -> b.setInterruptsEnabled(!isOff)
                                .sendIpi(SyncCores.VECTOR, (core, local) -> other)
                                .awaitAnswers());
            }
            if (isOff) {
                assertFalse(bench.run(both));
            } else {
                assertTrue(bench.run(both));
            }
        }
    }
}
