package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.protocol.BrokenNoLastSync;
import dev.pokesim.patcher.protocol.BrokenNoSecondSync;
import dev.pokesim.patcher.protocol.BrokenRefsLate;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CounterexampleTextTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final InstructionBytes NOP = InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0);
    private static final InstructionBytes JMP = InstructionBytes.of(0xe9, 1, 2, 3, 4);

    private static ProofResult prove(PatchProtocol protocol, FetchMode mode, long... addresses) {
        List<PatchPlace> places = new ArrayList<>();
        for (long address : addresses) {
            places.add(new PatchPlace(address, NOP, JMP));
        }
        ProofSetup setup = ProofSetup.of(protocol, List.of(places), 16, true, mode);
        return new ProtocolExplorer(setup, Reduction.ALL, 1, 1 << 24).prove(extent -> true);
    }

    @Test
    void aFetchIsShownBesideWhatMemoryHolds() {
        Counterexample found =
                prove(new BrokenNoSecondSync(), FetchMode.WINDOW, TEXT).counterexample();
        assertNotNull(found);
        StepText last = found.texts().get(found.texts().size() - 1);
        assertEquals(found.steps().size(), found.texts().size());
        assertEquals(0, last.site());
        assertEquals(JMP, last.memory());
        assertNotEquals(JMP, last.seen());
        assertEquals(1, found.core());
    }

    @Test
    void aStoreIsShownWithWhatItLeavesInMemory() {
        Counterexample found =
                prove(new BrokenNoSecondSync(), FetchMode.WINDOW, TEXT).counterexample();
        assertNotNull(found);
        int step = found.steps().indexOf(new ProofStep(ProofStep.PATCHER, "write 0 +0 cc"));
        assertEquals(
                InstructionBytes.of(0xcc, 0x1f, 0x44, 0, 0),
                found.texts().get(step).memory());
        assertEquals(StepText.NONE, found.texts().get(0));
    }

    @Test
    void aTrapIsShownWhereItHappens() {
        Counterexample found =
                prove(new BrokenNoLastSync(), FetchMode.WINDOW, TEXT).counterexample();
        assertNotNull(found);
        int step = found.steps().indexOf(new ProofStep(1, "trap 0"));
        assertEquals(
                new StepText(0, InstructionBytes.of(0xcc, 1, 2, 3, 4), null),
                found.texts().get(step));
        assertEquals(1, found.core());
    }

    @Test
    void anInterruptedPatcherViolatesAsCore0() {
        Counterexample found =
                prove(new BrokenRefsLate(), FetchMode.WINDOW, TEXT).counterexample();
        assertNotNull(found);
        assertEquals(ProofStep.PATCHER, found.core());
    }

    @Test
    void theOnlySiteAcrossALineIsFoundAmongMany() {
        long straddling = TEXT + 64 * 9 - 2;
        ProofResult result =
                prove(new BrokenNoSecondSync(), FetchMode.LINE, TEXT, TEXT + 64, TEXT + 128, TEXT + 192, straddling);
        Counterexample found = result.counterexample();
        assertNotNull(found);
        assertEquals(
                List.of(straddling),
                found.setup().places().stream().map(PatchPlace::address).toList());
        assertEquals(Reduction.NONE, result.reductions(), "with which it was found");
    }

    @Test
    void thePatcherOfAnExhaustedProofHasComeToItsEnd() {
        ProofSetup setup = ProofSetup.of(
                new TextPokeBatch(), List.of(List.of(new PatchPlace(TEXT, NOP, JMP))), 3, true, FetchMode.WINDOW);
        ProtocolExplorer explorer = new ProtocolExplorer(setup, Reduction.ALL, 1, 1 << 24);
        List<Double> positions = new ArrayList<>();
        explorer.prove(extent -> positions.add(explorer.patcherPosition()));
        assertEquals(1, explorer.patcherPosition());
        assertTrue(positions.get(0) < 0.5, positions::toString);
        assertEquals(positions.stream().sorted().toList(), positions);
    }
}
