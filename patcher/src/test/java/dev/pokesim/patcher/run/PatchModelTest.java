package dev.pokesim.patcher.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.SamplingResult;
import dev.pokesim.emulator.explore.SamplingSearch;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.explore.SearchResult.Verdict;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.GlobalRefs;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.proof.ProofResult;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProtocolExplorer;
import dev.pokesim.patcher.proof.Reduction;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import dev.pokesim.patcher.site.GeneratedText;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.Symbols;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything that a patcher and one other core can do: real routines, real bytes, every order and every stale byte. */
class PatchModelTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final PatchTarget SMALL = small();

    /** A no-op of five bytes that becomes a jump over the increment behind it. */
    private static PatchTarget small() {
        InstructionBytes nop = InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0);
        InstructionBytes jump = InstructionBytes.of(0xe9, 2, 0, 0, 0);
        Segment text = new Segment("text", TEXT, ImageBytes.ofHex("0f 1f 44 00 00 ff c0 c3"), true, false);
        LoadedImage image = new LoadedImage("a function", List.of(text), Symbols.of(List.of()), List.of());
        return new PatchTarget(
                image, PatchTarget.NO_KEY, true, List.of(TextPokeLoc.of(TEXT, nop, jump)), List.of(TEXT));
    }

    private static PatchTarget generated(int sites) {
        return PatchTarget.of(new GeneratedText(sites, 1));
    }

    private static PatchProtocol protocol(String name) {
        return PatchProtocols.ALL.stream()
                .filter(protocol -> protocol.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static PatchModel small(PatchProtocol protocol, FetchMode mode, int passes) {
        return new PatchModel(SMALL, protocol, new PerCpuRefs(), mode, 2, passes, 0);
    }

    private static SearchResult exhaust(PatchModel model) {
        return new ExhaustiveSearch(model, SearchLimits.ONE_GIB).run();
    }

    @ParameterizedTest
    @CsvSource({
        "text-poke-batch, ''",
        "broken-no-int3, NoTornInstruction",
        "broken-no-first-sync, NoTornInstruction",
        "broken-no-second-sync, NoTornInstruction",
        "broken-no-last-sync, NothingOldAfterFinish", // as near as an INT3 that nobody claims: order of states decides
        "broken-first-byte-early, NoTornInstruction",
        "broken-refs-late, EveryInt3IsClaimed",
        "broken-refs-retired-early, EveryInt3IsClaimed",
        "broken-refs-never-retired, ArrayStableWhileReferenced"
    })
    void everyMissingStepIsFoundInGeneratedText(String name, String oracle) {
        PatchModel model = new PatchModel(generated(1), protocol(name), new PerCpuRefs(), FetchMode.WINDOW, 2, 1, 0);
        SearchResult result = exhaust(model);
        assertEquals(oracle.isEmpty() ? Verdict.SAFE : Verdict.VIOLATED, result.verdict(), result.reason());
        if (!oracle.isEmpty()) {
            assertEquals(oracle, PatchModel.oracleOf(result.reason()));
            Replay.Result first = new Replay(model).run(result.trace());
            assertEquals(result.reason(), first.violation());
            assertEquals(first.digest(), new Replay(model).run(result.trace()).digest());
        }
    }

    static Stream<PatchProtocol> protocols() {
        return PatchProtocols.ALL.stream();
    }

    /** Three ways to a verdict that have little in common. */
    @ParameterizedTest
    @MethodSource("protocols")
    void proofReducedProofAndMachineAgreeInEveryFetchMode(PatchProtocol protocol) {
        for (FetchMode mode : FetchMode.values()) {
            ProofSetup setup = ProofSetup.of(protocol, ProofSetup.batches(SMALL.places()), 2, true, mode);
            ProofResult.Verdict plain = prove(setup, Reduction.NONE);
            assertEquals(plain, prove(setup, Reduction.ALL), mode::toString);
            SearchResult result = exhaust(small(protocol, mode, 1));
            assertEquals(plain.name(), result.verdict().name(), () -> mode + ": " + result.reason());
        }
    }

    private static ProofResult.Verdict prove(ProofSetup setup, Set<Reduction> reductions) {
        return new ProtocolExplorer(setup, reductions, 1, 1L << 30)
                .prove(extent -> true)
                .verdict();
    }

    @Test
    void theSharedCountIsSafeToo() {
        PatchModel model = new PatchModel(SMALL, new TextPokeBatch(), new GlobalRefs(), FetchMode.WINDOW, 2, 2, 0);
        assertEquals(Verdict.SAFE, exhaust(model).verdict());
    }

    @Test
    void anNmiMayExecuteASiteAnywhere() {
        PatchModel without = small(new TextPokeBatch(), FetchMode.WINDOW, 1);
        PatchModel with = new PatchModel(SMALL, new TextPokeBatch(), new PerCpuRefs(), FetchMode.WINDOW, 2, 1, 1);
        SearchResult result = new ExhaustiveSearch(with, new SearchLimits(2_000_000, 1L << 30, 40)).run();
        assertEquals(Verdict.INCOMPLETE, result.verdict(), result.reason());
        SearchResult fewer = new ExhaustiveSearch(without, new SearchLimits(2_000_000, 1L << 30, 40)).run();
        assertTrue(result.states() > 2 * fewer.states(), result.states() + " states");
        PatchModel broken =
                new PatchModel(SMALL, protocol("broken-no-last-sync"), new PerCpuRefs(), FetchMode.WINDOW, 2, 1, 1);
        SamplingResult sampled = new SamplingSearch(broken, 1, 600, 10_000).run();
        assertTrue(sampled.isViolated());
        assertEquals(sampled.reason(), new Replay(broken).run(sampled.trace()).violation());
    }

    @Test
    void aStateTakesLessThanThreeHundredBytes() {
        SearchResult result = exhaust(small(new TextPokeBatch(), FetchMode.WINDOW, 3));
        assertEquals(Verdict.SAFE, result.verdict());
        long empty = 64 * (96 << 10); // the store's parts before they fill up
        assertTrue(
                result.memoryBytes() < empty + 300 * result.states(), result.memoryBytes() + " for " + result.states());
    }

    @Test
    void stepsThatAreMergedMakeNoDifference() {
        PatchModel model = small(new TextPokeBatch(), FetchMode.WINDOW, 1);
        TreeSet<String> merged = new TreeSet<>();
        TreeSet<String> unmerged = new TreeSet<>();
        SearchResult some = new ExhaustiveSearch(model, SearchLimits.ONE_GIB)
                .atEnd(end -> merged.add(observe(end.machine())))
                .run();
        SearchResult all = ExhaustiveSearch.ofEveryMicroOp(model, SearchLimits.ONE_GIB)
                .atEnd(end -> unmerged.add(observe(end.machine())))
                .run();
        assertEquals(Verdict.SAFE, some.verdict());
        assertEquals(Verdict.SAFE, all.verdict());
        assertEquals(unmerged, merged);
        assertTrue(merged.size() > 10, merged.size() + " ends");
        assertTrue(10 * some.states() < all.states(), some.states() + " of " + all.states());
    }

    @Test
    void aDigestSaysWhetherTwoModelsAreTheSame() {
        PatchModel model = small(new TextPokeBatch(), FetchMode.WINDOW, 1);
        assertEquals(
                model.digest(), small(new TextPokeBatch(), FetchMode.WINDOW, 1).digest());
        Set<String> others = new TreeSet<>();
        others.add(small(new TextPokeBatch(), FetchMode.LINE, 1).digest());
        others.add(small(new TextPokeBatch(), FetchMode.WINDOW, 2).digest());
        others.add(small(new BrokenNoSecondSync(), FetchMode.WINDOW, 1).digest());
        others.add(new PatchModel(generated(1), new TextPokeBatch(), new PerCpuRefs(), FetchMode.WINDOW, 2, 1, 0)
                .digest());
        assertEquals(4, others.size());
        assertTrue(!others.contains(model.digest()));
        assertNotEquals("", model.digest());
    }

    /** Registers, stacks with what was left below them, and the kernel's data. */
    private static String observe(Machine machine) {
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < machine.coreCount(); id++) {
            Core core = machine.core(id);
            for (int register = 0; register < 16; register++) {
                text.append(Long.toHexString(core.register(register))).append(' ');
            }
            for (int offset = 8; offset <= 512; offset += 8) {
                text.append(machine.memory().read(KernelLayout.stackTop(id) - offset, 8))
                        .append(' ');
            }
            text.append(machine.memory().read(KernelLayout.perCpu(id) + KernelLayout.CALL_COUNT, 8))
                    .append('\n');
        }
        for (int offset = 0; offset < KernelLayout.ENTRY_SIZE_BYTES; offset += 8) {
            text.append(machine.memory().read(KernelLayout.ARRAY + offset, 8)).append(' ');
        }
        return text.toString();
    }
}
