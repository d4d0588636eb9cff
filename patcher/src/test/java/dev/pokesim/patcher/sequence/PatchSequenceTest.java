package dev.pokesim.patcher.sequence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.junit.PatchTest;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.protocol.PatchStep;
import dev.pokesim.patcher.protocol.TextPokeBatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatchSequenceTest {
    private static final PatchPlace NOP_TO_JMP = new PatchPlace(
            0xffffffff81000010L,
            InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0),
            InstructionBytes.of(0xe9, 0x2b, 0x13, 0, 0));
    private static final PatchPlace TWO_BYTES =
            new PatchPlace(0xffffffff81000044L, InstructionBytes.of(0x66, 0x90), InstructionBytes.of(0xeb, 0x0e));
    private static final PatchPlace TWO_INSTRUCTIONS = new PatchPlace(
            0xffffffff81000080L,
            InstructionBytes.of(0x31, 0xc0, 0xc3, 0x66, 0x90),
            InstructionBytes.of(0xe8, 0x2b, 0x13, 0, 0));

    private static PatchSequence linux(PatchPlace first, PatchPlace... more) {
        return PatchSequence.on(first, more)
                .writeInt3()
                .syncCores()
                .writeTail()
                .syncCores()
                .writeFirstByte()
                .syncCores();
    }

    @PatchTest(
            cores = 16,
            fetch = {FetchMode.COHERENT, FetchMode.LINE, FetchMode.WINDOW, FetchMode.ERRATUM},
            company = Company.PATCHER_INTERRUPTED)
    PatchSequence linuxIsSafe() {
        return linux(NOP_TO_JMP, TWO_BYTES);
    }

    @PatchTest(cores = 16, perCoreRefs = false)
    PatchSequence oneCounterForAllIsSafe() {
        return linux(NOP_TO_JMP, TWO_BYTES);
    }

    @PatchTest(expect = "NoTornInstruction")
    PatchSequence withoutItsFirstSync() {
        return PatchSequence.on(NOP_TO_JMP)
                .writeInt3()
                .writeTail()
                .syncCores()
                .writeFirstByte()
                .syncCores();
    }

    @PatchTest(expect = "EveryInt3IsClaimed")
    PatchSequence withoutItsLastSync() {
        return PatchSequence.on(NOP_TO_JMP)
                .writeInt3()
                .syncCores()
                .writeTail()
                .syncCores()
                .writeFirstByte();
    }

    /** The third sync is the only one that two equal tails need. */
    @PatchTest
    PatchSequence onlyTheFirstByteDiffers() {
        return PatchSequence.on(new PatchPlace(
                        0xffffffff81000010L, InstructionBytes.of(0x74, 0x0e), InstructionBytes.of(0xeb, 0x0e)))
                .storeNew(0, 1)
                .syncCores();
    }

    @PatchTest(
            fetch = {FetchMode.LINE},
            expect = "NothingOldAfterFinish")
    PatchSequence oneStoreAndNobodyIsTold() {
        return PatchSequence.on(TWO_BYTES).storeNew(0, 2);
    }

    @PatchTest
    PatchSequence selfJumpKeepsEverybodyOut() {
        return PatchSequence.on(NOP_TO_JMP)
                .allowing(InstructionBytes.of(0xeb, 0xfe))
                .store(0, InstructionBytes.of(0xcc))
                .syncCores()
                .store(1, InstructionBytes.of(0xfe))
                .syncCores()
                .store(0, InstructionBytes.of(0xeb))
                .syncCores()
                .store(0, InstructionBytes.of(0xcc))
                .syncCores()
                .writeTail()
                .syncCores()
                .writeFirstByte()
                .syncCores();
    }

    @PatchTest
    PatchSequence stoppedCoresSeeNothing() {
        return PatchSequence.on(NOP_TO_JMP)
                .stopCores()
                .storeNew(0, PatchStep.Store.END)
                .releaseCores();
    }

    @PatchTest(expect = "NoEntryInsideSite")
    PatchSequence somebodyRestsBetweenTwoInstructions() {
        return linux(TWO_INSTRUCTIONS);
    }

    @PatchTest
    PatchSequence whoeverRestsBetweenThemIsWaitedFor() {
        return PatchSequence.on(TWO_INSTRUCTIONS)
                .writeInt3()
                .syncCores()
                .awaitReaders()
                .writeTail()
                .syncCores()
                .writeFirstByte()
                .syncCores();
    }

    @PatchTest(fetch = {FetchMode.QUADWORD, FetchMode.LINE})
    PatchScenario intelIn2010() {
        return PatchScenarioReader.read("no-second-sync");
    }

    /** Who does not say when handlers find the places gets it as the kernel does it. */
    @Test
    void handlersFindThePlacesFromFirstToLastStep() {
        assertEquals(
                List.of(new PatchStep.PublishRefs(), new PatchStep.WriteInt3(), new PatchStep.RetireRefs()),
                PatchSequence.on(TWO_BYTES).writeInt3().steps());
        assertEquals(
                List.of(new PatchStep.WriteInt3(), new PatchStep.PublishRefs()),
                PatchSequence.on(TWO_BYTES).writeInt3().publish().steps());
        assertEquals(
                List.of(new PatchStep.WriteInt3()),
                PatchSequence.on(TWO_BYTES)
                        .writeInt3()
                        .handledBy(new TrapHandler(
                                List.of(HandlerStep.ACT, HandlerStep.RETURN), TrapHandler.Response.EMULATE_NEW, false))
                        .steps());
    }

    @Test
    void sequenceIsAValue() {
        PatchSequence empty = PatchSequence.on(TWO_BYTES);
        empty.writeInt3();
        empty.named("other").allowing(InstructionBytes.of(0x90));
        assertEquals(2, empty.steps().size()); // publish and retire
        assertEquals("sequence", empty.name());
        assertEquals(List.of(), empty.intermediates());
    }

    @Test
    void linuxCanBeWrittenAsASequence() {
        assertEquals(
                new TextPokeBatch().steps().stream().map(PatchStep::name).toList(),
                linux(NOP_TO_JMP).steps().stream().map(PatchStep::name).toList());
    }
}
