package dev.pokesim.bpf.primitive;

import static dev.pokesim.bpf.primitive.PrimitiveBench.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.machine.Routine;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Refcount, Llist, SeqcountLatch, SpinLock and the allocator, in every order. */
class CountsAndListsTest {
    private static void take(Kernel kernel, Routine.Builder b, int result) {
        String zero = "zero-" + result;
        Refcount.incrementUnlessZero(b, kernel, "count", KernelMemory.at(cell(0)), zero);
        b.storeConstant("taken", KernelMemory.at(cell(result)), 8, 1).label(zero);
    }

    private static void put(Kernel kernel, Routine.Builder b, int result) {
        int last = b.local();
        Refcount.decrementAndTest(b, kernel, "count", KernelMemory.at(cell(0)), last);
        b.store("was the last", KernelMemory.at(cell(result)), 8, last);
    }

    @Test
    void aReferenceIsTakenOrTheLastPutWinsButNotBoth() {
        PrimitiveBench bench = new PrimitiveBench()
                .setUp(memory -> memory.write(cell(0), 4, 1, 0))
                .task((kernel, b) -> take(kernel, b, 1))
                .task((kernel, b) -> put(kernel, b, 2));
        assertEquals(Set.of("0 0 1", "1 1 0"), bench.ends(3));
        assertEquals(Set.of(), bench.told());
    }

    @Test
    void twoPutsOfOneReferenceSaturateTheCountAndOnlyOneIsTheLast() {
        PrimitiveBench bench = new PrimitiveBench()
                .setUp(memory -> memory.write(cell(0), 4, 1, 0))
                .task((kernel, b) -> put(kernel, b, 1))
                .task((kernel, b) -> put(kernel, b, 2));
        assertEquals(Set.of("3221225472 0 1", "3221225472 1 0"), bench.ends(3));
        assertEquals(Set.of("underflow"), bench.told());
    }

    @Test
    void aSaturatedCountStaysAndNeverFrees() {
        PrimitiveBench bench = new PrimitiveBench()
                .setUp(memory -> memory.write(cell(0), 4, Refcount.SATURATED, 0))
                .task((kernel, b) -> {
                    take(kernel, b, 1);
                    put(kernel, b, 2);
                    put(kernel, b, 3);
                });
        assertEquals(Set.of("3221225472 1 0 0"), bench.ends(4));
    }

    /** Nodes are cells 1 to 3, the head is cell 0; what {@code wasEmpty} said goes to 8 cells further on. */
    private static void add(Routine.Builder b, int node) {
        int pointer = b.local();
        int wasEmpty = b.local();
        b.compute("node", (core, local) -> local[pointer] = cell(node));
        Llist.add(b, "list", pointer, KernelMemory.at(cell(0)), wasEmpty);
        b.store("was empty", KernelMemory.at(cell(node + 8)), 8, wasEmpty);
    }

    @Test
    void noNodeIsLostAndExactlyOneAdderFindsTheListEmptyEvenIfAnNmiComesBetween() {
        PrimitiveBench bench = new PrimitiveBench()
                .task((kernel, b) -> add(b, 1))
                .task((kernel, b) -> add(b, 2))
                .nmi((kernel, b) -> add(b, 3));
        Set<String> ends = bench.ends(java.util.List.of(
                memory -> {
                    int length = 0;
                    for (long node = memory.read(cell(0), 8); node != 0; node = memory.read(node, 8)) {
                        length++;
                    }
                    return length;
                },
                memory -> memory.read(cell(9), 8) + memory.read(cell(10), 8) + memory.read(cell(11), 8)));
        assertEquals(Set.of("3 1"), ends);
    }

    /** Cell 0 is the count, cells 1 and 2 the copies; the reader stores what it saw, tried once, as 1, or 9 for a retry. */
    @Test
    void aReaderOfALatchSeesTheOldOrTheNewCopyOrTriesAgain() {
        PrimitiveBench bench = new PrimitiveBench()
                .setUp(memory -> {
                    memory.write(cell(1), 8, 5, 0);
                    memory.write(cell(2), 8, 5, 0);
                })
                .task((kernel, b) -> {
                    SeqcountLatch.flip(b, KernelMemory.at(cell(0)));
                    b.storeConstant("copy 0", KernelMemory.at(cell(1)), 4, 6)
                            .storeConstant("copy 0, rest", core -> cell(1) + 4, 4, 6);
                    SeqcountLatch.flip(b, KernelMemory.at(cell(0)));
                    b.storeConstant("copy 1", KernelMemory.at(cell(2)), 8, 0x6_0000_0006L);
                })
                .task((kernel, b) -> {
                    int before = b.local();
                    int value = b.local();
                    int after = b.local();
                    b.load("seq", before, KernelMemory.at(cell(0)), 4, 0)
                            .load("copy", value, core -> cell(1 + (int) (core.file()[before] & 1)), 8, 0)
                            .load("seq again", after, KernelMemory.at(cell(0)), 4, 0)
                            .compute(
                                    "retry?",
                                    (core, local) -> local[value] = local[before] == local[after] ? local[value] : 9)
                            .store("seen", KernelMemory.at(cell(3)), 8, value);
                });
        assertEquals(
                Set.of("5", String.valueOf(0x6_0000_0006L), "9"),
                bench.ends(java.util.List.of(memory -> memory.read(cell(3), 8))));
    }

    private static void critical(Kernel kernel, Routine.Builder b) {
        int value = b.local();
        SpinLock.lock(b, kernel, "lock", KernelMemory.at(cell(0)));
        b.load("value", value, KernelMemory.at(cell(1)), 8, 0)
                .compute("value + 1", (core, local) -> local[value]++)
                .store("value: store", KernelMemory.at(cell(1)), 8, value);
        SpinLock.unlock(b, "lock", KernelMemory.at(cell(0)));
    }

    @Test
    void aLockedIncrementIsNeverLost() {
        PrimitiveBench bench =
                new PrimitiveBench().task(CountsAndListsTest::critical).task(CountsAndListsTest::critical);
        assertEquals(Set.of("0 2"), bench.ends(2));
        assertEquals(Set.of(), bench.told());
    }

    @Test
    void anNmiThatTakesTheLockBelowItIsToldAtOnceAndDeadlocks() {
        PrimitiveBench bench =
                new PrimitiveBench().task(CountsAndListsTest::critical).nmi(CountsAndListsTest::critical);
        assertEquals(true, bench.ends(2).contains("deadlock"));
        assertEquals(Set.of("locks itself: lock"), bench.told());
    }

    @Test
    void anAllocationMayFailIfThatIsExploredAndMemoryIsPoisoned() {
        PrimitiveBench bench = new PrimitiveBench().task((kernel, b) -> {
            int object = b.local();
            int value = b.local();
            NolockAllocator.allocate(b, kernel, NolockAllocator.Cache.COMMAND, object);
            b.jumpIf("failed", (core, local) -> local[object] == 0, "out")
                    .load("content", value, KernelMemory.field(object, 0), 8, 0)
                    .store("seen", KernelMemory.at(cell(0)), 8, value);
            NolockAllocator.free(b, kernel, NolockAllocator.Cache.COMMAND, object);
            NolockAllocator.free(b, kernel, NolockAllocator.Cache.COMMAND, object);
            b.label("out");
        });
        String poison = String.valueOf(0x6b6b6b6b_00000000L);
        assertEquals(Set.of(poison), bench.ends(1));
        assertEquals(Set.of("freed twice"), bench.told());
        assertEquals(Set.of(poison, "0"), bench.failingAllocations().ends(1));
    }
}
