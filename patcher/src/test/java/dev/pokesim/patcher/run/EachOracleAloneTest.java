package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.explore.SearchResult.Verdict;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.FaultyRefs;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPokeArray;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.proof.Counterexample;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.proof.RunLink;
import dev.pokesim.patcher.protocol.BrokenRefsLate;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchStep;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.sequence.PatchCatalogue;
import dev.pokesim.patcher.sequence.PatchScenario;
import dev.pokesim.patcher.sequence.PatchScenarioReader;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.Symbols;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each oracle is needed: something goes wrong that it alone catches. All are asked, and it speaks; it is left out, and everything that
 * can happen is gone through without a word.
 */
class EachOracleAloneTest {
    private static final long TEXT = 0xffffffff81000000L;
    /** In the middle of a page of RETs: wherever a short jump leads, the function returns. */
    private static final long PLACE = TEXT + 0x800;

    private static final int RET = 0xc3;

    private static PatchTarget target(int entryOffset, String oldText, String newText) {
        byte[] page = new byte[4096];
        Arrays.fill(page, (byte) RET);
        byte[] old = ImageBytes.ofHex(oldText).toArray();
        System.arraycopy(old, 0, page, (int) (PLACE - TEXT), old.length);
        byte[] changed = ImageBytes.ofHex(newText).toArray();
        Segment text = new Segment("text", TEXT, ImageBytes.copyOf(page), true, false);
        LoadedImage image = new LoadedImage("a place among RETs", List.of(text), Symbols.of(List.of()), List.of());
        TextPokeLoc place = TextPokeLoc.of(
                PLACE, InstructionBytes.of(old, 0, old.length), InstructionBytes.of(changed, 0, changed.length));
        return new PatchTarget(image, PatchTarget.NO_KEY, true, List.of(place), List.of(PLACE + entryOffset));
    }

    private static final PatchTarget NOP_TO_JUMP = target(0, "0f 1f 44 00 00", "e9 02 00 00 00");

    private record Sequence(List<PatchStep> steps) implements PatchProtocol {
        @Override
        public String name() {
            return "sequence";
        }

        @Override
        public String description() {
            return "steps of a test";
        }
    }

    /** Something wrong that one oracle sees. */
    private record Fault(
            String oracle,
            String name,
            PatchTarget target,
            PatchProtocol protocol,
            Refs refs,
            Consumer<PatchMachine> seed) {
        SearchResult exhaust(Set<String> without) {
            return search(without).askingForEnds().run();
        }

        ExhaustiveSearch search(Set<String> without) {
            Surroundings alone = new Surroundings(List.of(), Set.of(), Set.of(), without, List.of());
            PatchModel model = new PatchModel(target, protocol, refs, FetchMode.WINDOW, 2, 1, 0, alone);
            return new ExhaustiveSearch(model.withFault(seed), SearchLimits.ONE_GIB);
        }

        @Override
        public String toString() {
            return oracle + ": " + name;
        }
    }

    private static Fault ofProtocol(String oracle, String name, PatchTarget target, PatchProtocol protocol) {
        return new Fault(oracle, name, target, protocol, new PerCpuRefs(), host -> {});
    }

    private static Fault ofRefs(String oracle, String name, PatchTarget target, Refs refs) {
        return new Fault(oracle, name, target, new TextPokeBatch(), refs, host -> {});
    }

    private static Fault ofSyncHandler(String oracle, String name, Consumer<Routine.Builder> body) {
        Routine.Builder b = Routine.named("sync handler");
        b.interruptEntry(0, 0);
        b.act("take calls", (core, local) -> core.bus().takeCalls(core));
        body.accept(b);
        Routine handler = b.interruptReturn(0).build();
        return new Fault(
                oracle,
                name,
                NOP_TO_JUMP,
                new TextPokeBatch(),
                new PerCpuRefs(),
                host -> host.handle(SyncCores.VECTOR, handler));
    }

    private static Routine.Builder answer(Routine.Builder b) {
        return b.act("answer", (core, local) -> core.bus().answerCalls(core));
    }

    static Stream<Fault> faults() {
        return Stream.of(
                ofProtocol(
                        "NoTornInstruction",
                        "a jump becomes a no-op, tail first, each byte with its sync, and no INT3",
                        target(0, "eb 00", "66 90"),
                        new Sequence(List.of(
                                new PatchStep.WriteTail(),
                                new PatchStep.SyncCores(),
                                new PatchStep.WriteFirstByte(),
                                new PatchStep.SyncCores()))),
                ofProtocol(
                        "NoEntryInsideSite",
                        "a function begins at the second byte of the place, which is a no-op before and after",
                        target(1, "eb 90", "66 90"),
                        new TextPokeBatch()),
                ofProtocol(
                        "EveryInt3IsClaimed",
                        "references are published after the INT3; behind the place of one byte stands a RET",
                        target(0, "90", "c3"),
                        new BrokenRefsLate()),
                ofRefs(
                        "ActsAsEmulated",
                        "the handler changes the carry flag",
                        NOP_TO_JUMP,
                        new FaultyRefs(new PerCpuRefs()) {
                            @Override
                            public void drop(Routine.Builder routine) {
                                int flags = routine.local();
                                routine.load("regs->flags", flags, routine.frame(16), 8, 0)
                                        .compute("wrong", (core, local) -> local[flags] ^= 1)
                                        .store("regs->flags", routine.frame(16), 8, flags);
                                super.drop(routine);
                            }
                        }),
                ofProtocol(
                        "NothingOldAfterFinish",
                        "a jump's displacement is written, one byte, and nobody is told",
                        target(0, "eb 05", "eb 10"),
                        new Sequence(List.of(new PatchStep.WriteTail()))),
                ofRefs(
                        "StackAsInNativeRun",
                        "the CALL that the handler emulates pushes the address after the next byte, a RET like that",
                        target(0, "0f 1f 44 00 00", "e8 10 00 00 00"),
                        new FaultyRefs(new PerCpuRefs()) {
                            @Override
                            public void drop(Routine.Builder routine) {
                                int sp = routine.local();
                                int back = routine.local();
                                routine.load("regs->sp", sp, routine.frame(24), 8, 0)
                                        .load("*sp", back, core -> core.file()[sp], 8, 0)
                                        .compute("wrong", (core, local) -> local[back]++)
                                        .store("*sp", core -> core.file()[sp], 8, back);
                                super.drop(routine);
                            }
                        }),
                ofSyncHandler(
                        "RefsEndAtZero",
                        "once the array is empty the sync handler raises its core's count and leaves it so",
                        b -> {
                            int count = b.local();
                            answer(b.serialiseAtNoCost())
                                    .load("nr", count, core -> KernelLayout.COUNT, 4, 0)
                                    .jumpIf("in use", (core, local) -> local[count] != 0, "return")
                                    .fetchAndAdd("leak", new PerCpuRefs().counter(), 4, 1, b.local())
                                    .label("return");
                        }),
                ofRefs(
                        "ArrayStableWhileReferenced",
                        "the patcher writes a byte of an entry again when it has published it",
                        NOP_TO_JUMP,
                        new FaultyRefs(new PerCpuRefs()) {
                            @Override
                            public void publish(Routine.Builder routine, BatchContext context) {
                                super.publish(routine, context);
                                long byteOfText = TextPokeArray.entry(0) + KernelLayout.ENTRY_TEXT;
                                routine.storeConstant("late", core -> byteOfText, 1, 0xe9);
                            }
                        }),
                ofSyncHandler(
                        RunLink.NAME,
                        "the sync handler answers and does not serialise; its IRET does, so nothing comes of it",
                        b -> answer(b)));
    }

    private static Set<String> without(String... more) {
        return new HashSet<>(Arrays.asList(more));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void oneOracleSpeaksAndWithoutItNobodyDoes(Fault fault) {
        boolean isOfLink = fault.oracle.equals(RunLink.NAME);
        // whether a step is one of the proof is another question: the link is asked in its own row only
        SearchResult found = fault.exhaust(isOfLink ? without() : without(RunLink.NAME));
        assertEquals(Verdict.VIOLATED, found.verdict());
        assertEquals(fault.oracle, PatchModel.oracleOf(found.reason()), found.reason());
        SearchResult leftOut = fault.exhaust(without(RunLink.NAME, fault.oracle));
        assertEquals(Verdict.SAFE, leftOut.verdict(), leftOut.reason());
    }

    private static final Fault RETRIES = ofRefs(
            "EveryWaitEnds",
            "the handler raises its count by an exchange that expects another value, and tries again",
            NOP_TO_JUMP,
            new FaultyRefs(new PerCpuRefs()) {
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
                            .jumpIf("again", (core, local) -> local[success] == 0, again);
                }
            });

    /** A core that can always go on is no deadlock; no state is wrong. Only that none leads to the end is. */
    @Test
    void livelockIsSeenByNothingButTheQuestionForTheEnd() {
        SearchResult found = RETRIES.exhaust(without(RunLink.NAME));
        assertEquals(Verdict.LIVELOCK, found.verdict());
        assertTrue(found.reason().startsWith("livelock: "), found.reason());
        assertTrue(
                found.reason().endsWith(": core 0 waits in `await acknowledgements`, core 1 goes on"), found.reason());
        assertEquals(Verdict.SAFE, RETRIES.search(without(RunLink.NAME)).run().verdict());
    }

    /** What ends a run by itself cannot be left out: here all others are, and it is found all the same. */
    static Stream<Fault> ends() {
        return Stream.of(
                RETRIES,
                ofSyncHandler("EveryWaitEnds", "the sync handler never answers", Routine.Builder::serialiseAtNoCost),
                ofRefs(
                        "NoBug",
                        "an entry holds an opcode that no handler can act as",
                        NOP_TO_JUMP,
                        new FaultyRefs(new PerCpuRefs()) {
                            @Override
                            public void publish(Routine.Builder routine, BatchContext context) {
                                long opcode = TextPokeArray.entry(0) + KernelLayout.ENTRY_OPCODE;
                                routine.storeConstant("wrong", core -> opcode, 1, 0);
                                super.publish(routine, context);
                            }
                        }));
    }

    @ParameterizedTest
    @MethodSource("ends")
    void waitsThatDoNotEndAndBugsNeedNoOtherOracle(Fault fault) {
        Set<String> others = without(RunLink.NAME);
        assertEquals(fault.oracle, PatchModel.oracleOf(fault.exhaust(others).reason()));
        others.addAll(Oracles.names());
        assertEquals(fault.oracle, PatchModel.oracleOf(fault.exhaust(others).reason()));
    }

    @Test
    void noOracleOfTheMachineIsWithoutAFault() {
        Set<String> all = new TreeSet<>(Oracles.names());
        all.add(RunLink.NAME);
        Set<String> shown = new TreeSet<>();
        Stream.concat(faults(), ends()).forEach(fault -> shown.add(fault.oracle));
        assertEquals(all, shown);
    }

    // ---- properties of a proof

    private static ProofResult prove(PatchScenario scenario, String leftOut) {
        ProofSetup setup = scenario.setup(FetchMode.WINDOW);
        Set<String> without = new HashSet<>(setup.without());
        if (!leftOut.isEmpty()) {
            without.add(leftOut);
        }
        ProofSetup asked = new ProofSetup(
                setup.protocol(),
                setup.batches(),
                setup.cores(),
                setup.perCoreRefs(),
                setup.fetchMode(),
                setup.company(),
                without);
        return new ProtocolExplorer(asked, Reduction.ALL, 1, 1L << 29).prove(extent -> true);
    }

    private static final Map<String, String> SCENARIOS = Map.of(
            "NoTornInstruction", "no-second-sync",
            "NoEntryInsideSite", "probe-armed-without-sync",
            "EveryInt3IsClaimed", "refs-after-int3",
            "ActsAsEmulated", "call-treated-as-nop",
            "NothingOldAfterFinish", "dtrace-fbt-relied-on",
            "ArrayStableWhileReferenced", "all-int3-without-wait",
            "EveryWaitEnds", "sync-with-interrupts-off",
            "NoBug", "vector-without-sync");

    static Stream<String> ofProofs() {
        return SCENARIOS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("ofProofs")
    void oneOracleOfTheProofSpeaksAndWithoutItNobodyDoes(String oracle) {
        PatchScenario scenario = PatchCatalogue.all().stream()
                .filter(one -> one.name().equals(SCENARIOS.get(oracle)))
                .findFirst()
                .orElseThrow();
        ProofResult found = prove(scenario, "");
        assertEquals(ProofResult.Verdict.VIOLATED, found.verdict());
        assertEquals(oracle, Objects.requireNonNull(found.counterexample()).oracle());
        assertEquals(ProofResult.Verdict.SAFE, prove(scenario, oracle).verdict());
    }

    /** A handler that sends its core back, and a patcher that waits for that core: no state is wrong, and none leads to the end. */
    @Test
    void livelockIsSeenByNothingButTheQuestionForTheEndInAProofEither() {
        PatchScenario retried = PatchScenarioReader.read("probe-armed-retried");
        ProofResult found = prove(retried, "");
        assertEquals(ProofResult.Verdict.VIOLATED, found.verdict());
        Counterexample livelock = Objects.requireNonNull(found.counterexample());
        assertEquals("EveryWaitEnds", livelock.oracle());
        assertEquals(
                "livelock: cores can go on for ever, and whatever they do, the patcher gets no further than grace.done",
                livelock.what());
        ProofResult unasked = prove(retried, "EveryWaitEnds");
        assertEquals(ProofResult.Verdict.SAFE, unasked.verdict());
        assertTrue(unasked.extent().states() > found.extent().states() / 2);
    }

    @Test
    void aProofKnowsAllOraclesButThoseOfTheStackAndOfCountersInTheEnd() {
        Set<String> all = new TreeSet<>(Oracles.names());
        all.removeAll(Set.of("StackAsInNativeRun", "RefsEndAtZero"));
        assertEquals(all, new TreeSet<>(SCENARIOS.keySet()));
    }

    /** A handler that keeps its reference is waited for, also if the loop over the counts could be taken in one go. */
    @Test
    void everyCounterexampleOfTheCatalogueIsOneAlsoIfAnOracleIsLeftOut() {
        PatchScenario keeps = PatchCatalogue.all().stream()
                .filter(one -> one.name().equals("handler-keeps-reference"))
                .findFirst()
                .orElseThrow();
        for (String oracle : List.of("EveryWaitEnds", "ArrayStableWhileReferenced")) {
            ProofResult found = prove(keeps, oracle);
            assertEquals(found.verdict() == ProofResult.Verdict.VIOLATED, found.counterexample() != null, keeps.name());
        }
    }
}
