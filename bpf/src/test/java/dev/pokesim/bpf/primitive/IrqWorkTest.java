package dev.pokesim.bpf.primitive;

import static dev.pokesim.bpf.primitive.PrimitiveBench.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** irq_work in every order. The work is cell 0, the data are cell 1, whether the function saw them is cell 2. */
class IrqWorkTest {
    private static final long WORK = cell(0);
    private static final int SEEN = 2;

    private static void queue(Kernel kernel, Routine.Builder b) {
        int work = b.local();
        b.compute("work", (core, local) -> local[work] = WORK).call(IrqWork.queue(kernel), work);
    }

    private static void storeAndQueue(Kernel kernel, Routine.Builder b) {
        b.storeConstant("data", KernelMemory.at(cell(1)), 8, 1);
        queue(kernel, b);
    }

    /** Looks at the data at once: nothing but the barrier before it orders that behind the clearing of PENDING. */
    private static Routine seesData() {
        Routine.Builder b = Routine.named("function");
        b.local(); // the work
        int value = b.local();
        return b.load("data", value, KernelMemory.at(cell(1)), 8, 0)
                .jumpIf("nothing", (core, local) -> local[value] == 0, "out")
                .storeConstant("seen", KernelMemory.at(cell(SEEN)), 8, 1)
                .label("out")
                .ret()
                .build();
    }

    /** Counts runs, and says in cell 4 whether there were two at a time. */
    private static Routine counting() {
        Routine.Builder b = Routine.named("function");
        b.local(); // the work
        int before = b.local();
        return b.fetchAndAdd("running + 1", KernelMemory.at(cell(5)), 8, 1, before)
                .jumpIf("alone", (core, local) -> local[before] == 0, "alone")
                .storeConstant("two at a time", KernelMemory.at(cell(4)), 8, 1)
                .label("alone")
                .fetchAndAdd("runs + 1", KernelMemory.at(cell(3)), 8, 1, before)
                .fetchAndAdd("running - 1", KernelMemory.at(cell(5)), 8, -1, before)
                .ret()
                .build();
    }

    private static PrimitiveBench bench(Routine function) {
        return new PrimitiveBench().handler(IrqWork.VECTOR, kernel -> IrqWork.handler(kernel, List.of(function)));
    }

    @Test
    void dataStoredBeforeARefusedClaimAreSeenAllTheSame() {
        Set<String> ends = bench(seesData())
                .task(IrqWorkTest::queue)
                .task(IrqWorkTest::storeAndQueue)
                .ends(List.of(memory -> memory.read(cell(SEEN), 8)));
        assertEquals(Set.of("1"), ends);
    }

    @Test
    void aClaimIsRefusedWhilePendingAndGrantedFromTheFunctionsBeginOn() {
        Set<String> runs = bench(counting())
                .task(IrqWorkTest::queue)
                .task(IrqWorkTest::queue)
                .ends(List.of(memory -> memory.read(cell(3), 8), memory -> memory.read(cell(4), 8)));
        assertTrue(runs.contains("1 0"), runs::toString); // refused: one run for both
        assertTrue(runs.contains("2 0"), runs::toString);
        assertTrue(runs.contains("2 1"), runs::toString); // two runs of one work at a time, on two CPUs
        assertEquals(3, runs.size());
    }

    @Test
    void busyIsClearedUnderASecondRunSoThatItSaysNothing() {
        PrimitiveBench bench = bench(seesOwnFlags()).task(IrqWorkTest::queue).task(IrqWorkTest::queue);
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
        Set<String> ends = bench(seesData())
                .task(IrqWorkTest::queue)
                .nmi(IrqWorkTest::storeAndQueue)
                .ends(List.of(memory -> memory.read(cell(SEEN), 8)));
        assertEquals(Set.of("1"), ends);
    }
}
