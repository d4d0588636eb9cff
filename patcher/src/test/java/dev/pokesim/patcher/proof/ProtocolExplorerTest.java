package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.proof.ProofResult.Verdict;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProtocolExplorerTest {
    private static final long MEMORY_BYTES = 1L << 30;

    private static List<PatchPlace> places(int count) {
        List<PatchPlace> places = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            places.add(new PatchPlace(
                    0xffffffff81000010L + 64L * i,
                    InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0),
                    InstructionBytes.of(0xe9, 0x2b, 0x13, 0, 0)));
        }
        return places;
    }

    private static ProofResult prove(ProofSetup setup) {
        return new ProtocolExplorer(setup, Reduction.ALL, 1, MEMORY_BYTES).prove(extent -> true);
    }

    /** The published case, 164 sites on 480 threads, and around it. The numbers of states are what these proofs have always visited. */
    @ParameterizedTest
    @CsvSource({
        "480, 164, 1, true, 2433",
        "480, 164, 1, false, 2434",
        "480, 164, 2, true, 4865",
        "480, 1, 1, true, 1455",
    })
    void linuxIsSafeOn480Cores(int cores, int sites, int rounds, boolean perCoreRefs, long states) {
        ProofResult result = prove(ProofSetup.of(
                new TextPokeBatch(),
                ProofSetup.thereAndBack(List.of(places(sites)), rounds),
                cores,
                perCoreRefs,
                FetchMode.WINDOW));
        assertEquals(Verdict.SAFE, result.verdict());
        assertEquals(states, result.extent().states());
        assertEquals(0, result.extent().frontier());
        assertNull(result.counterexample());
    }

    /** The array has 256 entries, and the count lies behind them: what the unchecked add of 2025 wrote over. */
    @Test
    void entry257IsABug() {
        ProofSetup full = ProofSetup.of(new TextPokeBatch(), List.of(places(256)), 2, true, FetchMode.WINDOW);
        assertEquals(Verdict.SAFE, prove(full).verdict());
        ProofSetup overfull = ProofSetup.of(new TextPokeBatch(), List.of(places(257)), 2, true, FetchMode.WINDOW);
        Counterexample found = Objects.requireNonNull(prove(overfull).counterexample());
        assertEquals("NoBug", found.oracle());
        assertTrue(found.what().contains("entry 256 of 257"), found::what);
        assertTrue(found.steps().isEmpty(), "it is the first thing that the patcher does");
    }

    @Test
    void searchThatIsStoppedIsNeverSafe() {
        ProofSetup setup = ProofSetup.of(new TextPokeBatch(), List.of(places(4)), 16, true, FetchMode.WINDOW);
        assertEquals(
                Verdict.INCOMPLETE,
                new ProtocolExplorer(setup, Reduction.ALL, 1, MEMORY_BYTES)
                        .prove(extent -> false)
                        .verdict());
        assertEquals(
                Verdict.INCOMPLETE,
                new ProtocolExplorer(setup, Reduction.ALL, 1, 1000)
                        .prove(extent -> true)
                        .verdict());
    }

    /** Every counterexample is a run of the exact relation: it can be walked from the start, and the violation is at its end. */
    @Test
    void counterexampleIsShortSmallAndCanBeWalked() {
        ProofSetup setup = ProofSetup.of(new BrokenNoSecondSync(), List.of(places(8)), 64, true, FetchMode.WINDOW);
        ProofResult result = prove(setup);
        assertEquals(Verdict.VIOLATED, result.verdict());
        Counterexample example = result.counterexample();
        assertNotNull(example);
        assertEquals("NoTornInstruction", example.oracle());
        assertEquals(2, example.setup().cores());
        assertEquals(1, example.setup().placeCount());
        assertEquals(List.of(FetchMode.TWO_READS, FetchMode.WINDOW, FetchMode.ERRATUM), example.modes());
        Interleaving walk = new Interleaving(example.setup());
        for (ProofStep step : example.steps()) {
            if (!step.action().startsWith("fetch ")) {
                assertTrue(walk.take(step), step.toString());
            }
        }
        Violated violated = walk.violated();
        assertNotNull(violated);
        assertEquals("NoTornInstruction", violated.oracle());
    }
}
