package dev.pokesim.patcher.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchProtocols;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** NMIs that hit cores of a proof anywhere. What they do on the machine, the catalogue's scenarios show in ScenarioModelTest. */
class NmiTest {
    private static final PatchPlace SHORT =
            new PatchPlace(0xffffffff81000043L, InstructionBytes.of(0x66, 0x90), InstructionBytes.of(0xeb, 0x0e));
    private static final PatchPlace OTHER =
            new PatchPlace(0xffffffff81000083L, InstructionBytes.of(0x66, 0x90), InstructionBytes.of(0xeb, 0x0e));

    private static ProofSetup setup(PatchProtocol protocol, List<PatchPlace> places, int cores, boolean perCore) {
        return new ProofSetup(
                protocol,
                List.of(places),
                cores,
                perCore,
                FetchMode.WINDOW,
                Set.of(Company.NMI, Company.PATCHER_INTERRUPTED),
                Set.of());
    }

    /** With all reductions and with none; no verdict becomes another one for NMIs. */
    @Test
    void whatIsSafeIsSafeWithNmisToo() {
        for (PatchProtocol protocol : PatchProtocols.ALL) {
            for (boolean perCore : List.of(true, false)) {
                for (Set<Reduction> reductions : List.of(Reduction.NONE, Reduction.ALL)) {
                    Outcome outcome = FullSize.search(setup(protocol, List.of(SHORT), 3, perCore), reductions)
                            .outcome();
                    assertEquals(
                            protocol.isSafe() ? Outcome.EXHAUSTED : Outcome.WRONG,
                            outcome,
                            protocol.name() + " " + perCore + " " + reductions);
                }
            }
        }
    }

    /** An NMI in the INT3 handler of one place traps at another one: two references of one core, and no answer from inside. */
    @Test
    void handlersNestAndHoldTwoReferences() {
        ProofSetup setup = setup(new TextPokeBatch(), List.of(SHORT, OTHER), 2, true);
        ProtocolModel model = new ProtocolModel(new ProtocolProgram(setup), setup, Reduction.NONE);
        List<Long> nested = new ArrayList<>();
        List<Long> owing = new ArrayList<>();
        ProtocolExplorer.search(model, 1, 1L << 28, extent -> true, new AtomicInteger(), state -> {
            long record = state.record[0];
            if (CoreRecord.isInNmi(record) && CoreRecord.held(record) == 2) {
                nested.add(record);
                owing.addAll(CoreRecord.isPending(record) ? List.of(record) : List.of());
            }
        });
        assertTrue(nested.stream()
                .anyMatch(record -> CoreRecord.site(record) == 1
                        && CoreRecord.site(CoreRecord.withoutNmi(record)) == 0
                        && CoreRecord.isInHandler(CoreRecord.withoutNmi(record))));
        assertFalse(owing.isEmpty(), "an IPI can be pending meanwhile");
    }

    /** What the NMI interrupted is there again after it, and is part of the state in between. */
    @Test
    void whatAnNmiInterruptsIsKeptAndWrittenDown() {
        ProofSetup setup = setup(new TextPokeBatch(), List.of(SHORT, OTHER), 2, true);
        ProtocolModel model = new ProtocolModel(new ProtocolProgram(setup), setup, Reduction.NONE);
        StateCodec codec = new StateCodec(model);
        byte[] bytes = new byte[codec.maxSizeBytes()];
        for (int phase : List.of(3, CoreRecord.STOPPED, CoreRecord.INSIDE + 1)) {
            int site = phase == CoreRecord.STOPPED ? 0 : 1;
            long before = CoreRecord.withEpoch(CoreRecord.withPhase(CoreRecord.initial(false, false), phase, site), 5);
            ProtocolState state = model.initial();
            state.record[0] = CoreRecord.withPhase(CoreRecord.withNmi(before), 2, 0);
            ProtocolState read = new ProtocolState(model.cores());
            codec.read(bytes, codec.write(state, bytes), read);
            assertEquals(state.record[0], read.record[0]);
            assertEquals(before, CoreRecord.withoutNmi(CoreRecord.left(read.record[0])));
        }
    }
}
