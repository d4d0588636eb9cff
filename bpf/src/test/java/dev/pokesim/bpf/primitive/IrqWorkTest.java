package dev.pokesim.bpf.primitive;

import static dev.pokesim.bpf.primitive.PrimitiveBench.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** irq_work in every order. The work is cell 0, the data are cell 1, what the function saw last is cell 2, runs are cell 3. */
class IrqWorkTest {
    private static final long WORK = cell(0);
    private static final int SUM = 2;

    private static void queue(Kernel kernel, Routine.Builder b) {
        int work = b.local();
        b.compute("work", (core, local) -> local[work] = WORK).call(IrqWork.queue(), work);
    }

    private static void storeAndQueue(Kernel kernel, Routine.Builder b) {
        b.storeConstant("data", KernelMemory.at(cell(1)), 8, 1);
        queue(kernel, b);
    }

    /** Adds what the data were to {@link #SUM}, and counts runs that were there at the same time in cell 4. */
    private static Routine function() {
        Routine.Builder b = Routine.named("function");
        b.local(); // the work
        int value = b.local();
        int scratch = b.local();
        return b.fetchAndAdd("running + 1", KernelMemory.at(cell(5)), 8, 1, scratch)
                .jumpIf("alone", (core, local) -> local[scratch] == 0, "alone")
                .storeConstant("two at a time", KernelMemory.at(cell(4)), 8, 1)
                .label("alone")
                .load("data", value, KernelMemory.at(cell(1)), 8, 0)
                .jumpIf("nothing", (core, local) -> local[value] == 0, "out")
                .storeConstant("seen", KernelMemory.at(cell(SUM)), 8, 1)
                .label("out")
                .fetchAndAdd("runs + 1", KernelMemory.at(cell(3)), 8, 1, scratch)
                .fetchAndAdd("running - 1", KernelMemory.at(cell(5)), 8, -1, scratch)
                .ret()
                .build();
    }

    private static PrimitiveBench bench() {
        return new PrimitiveBench().handler(IrqWork.VECTOR, kernel -> IrqWork.handler(List.of(function())));
    }

    @Test
    void dataStoredBeforeARefusedClaimAreSeenAllTheSame() {
        Set<String> ends = bench().task(IrqWorkTest::queue)
                .task(IrqWorkTest::storeAndQueue)
                .ends(List.of(memory -> memory.read(cell(SUM), 8)));
        assertEquals(Set.of("1"), ends);
    }

    @Test
    void aClaimIsRefusedWhilePendingAndGrantedFromTheFunctionsBeginOn() {
        Set<String> runs = bench().task(IrqWorkTest::queue)
                .task(IrqWorkTest::queue)
                .ends(List.of(memory -> memory.read(cell(3), 8), memory -> memory.read(cell(4), 8)));
        assertTrue(runs.contains("1 0"), runs::toString); // refused: one run for both
        assertTrue(runs.contains("2 0"), runs::toString);
        assertTrue(runs.contains("2 1"), runs::toString); // two runs of one work at a time, on two CPUs
        assertEquals(3, runs.size());
    }

    @Test
    void busyIsClearedUnderASecondRunSoThatItSaysNothing() {
        PrimitiveBench bench = new PrimitiveBench()
                .handler(IrqWork.VECTOR, kernel -> IrqWork.handler(List.of(seesOwnFlags())))
                .task(IrqWorkTest::queue)
                .task(IrqWorkTest::queue);
        Set<String> seen = bench.ends(List.of(memory -> memory.read(cell(6), 8)));
        assertTrue(seen.contains("1"), seen::toString);
    }

    /** Cell 6 becomes 1 if the work is not BUSY at the end of its own function. */
    private static Routine seesOwnFlags() {
        Routine.Builder b = Routine.named("function");
        int work = b.local();
        int flags = b.local();
        return b.load("flags", flags, KernelMemory.field(work, IrqWork.FLAGS), 4, 0)
                .jumpIf("busy", (core, local) -> (local[flags] & IrqWork.BUSY) != 0, "out")
                .storeConstant("not busy", KernelMemory.at(cell(6)), 8, 1)
                .label("out")
                .ret()
                .build();
    }

    @Test
    void itIsQueuedFromAnNmiThatInterruptsTheQueueing() {
        Set<String> ends = bench().task(IrqWorkTest::queue)
                .nmi(IrqWorkTest::storeAndQueue)
                .ends(List.of(memory -> memory.read(cell(SUM), 8)));
        assertEquals(Set.of("1"), ends);
    }
}
