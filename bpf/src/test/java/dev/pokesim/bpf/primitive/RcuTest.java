package dev.pokesim.bpf.primitive;

import static dev.pokesim.bpf.primitive.PrimitiveBench.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Grace periods. Cell 0 is a pointer to cell 8, whose content the function takes away. */
class RcuTest {
    private static final long OBJECT = cell(8);

    private static void reader(Kernel kernel, Routine.Builder b) {
        reader(b, false);
    }

    private static void reader(Routine.Builder b, boolean maySleep) {
        int pointer = b.local();
        int value = b.local();
        if (maySleep) {
            Rcu.readLockTrace(b);
        } else {
            Rcu.readLock(b);
        }
        b.load("pointer", pointer, KernelMemory.at(cell(0)), 8, 0)
                .jumpIf("gone", (core, local) -> local[pointer] == 0, "out")
                .load("content", value, KernelMemory.field(pointer, 0), 8, 0)
                .store("seen", KernelMemory.at(cell(1)), 8, value)
                .label("out")
                .then(maySleep ? Rcu.readUnlockTrace() : Rcu.readUnlock());
    }

    private static void updater(Kernel kernel, Routine.Builder b) {
        int object = b.local();
        Llist.exchange(b, "unlink", KernelMemory.at(cell(0)), (core, local) -> 0, object);
        Rcu.call(b, kernel, Rcu.GracePeriod.TASKS_TRACE, object, 16, 0);
    }

    private static Routine thread(Kernel kernel) {
        Routine.Builder b = Routine.named("function");
        int object = b.local();
        return Rcu.thread(
                kernel,
                List.of(b.storeConstant("destroy", KernelMemory.field(object, 0), 8, 9)
                        .ret()
                        .build()));
    }

    private static PrimitiveBench bench() {
        return new PrimitiveBench().rcu(RcuTest::thread).setUp(memory -> {
            memory.write(cell(0), 8, OBJECT, 0);
            memory.write(OBJECT, 8, 7, 0);
        });
    }

    @Test
    void aReaderSeesTheObjectOrNothingAndTheFunctionIsCalledInTheEnd() {
        assertEquals(
                Set.of("0 9", "7 9"),
                bench().task(RcuTest::reader)
                        .task(RcuTest::updater)
                        .ends(List.of(memory -> memory.read(cell(1), 8), memory -> memory.read(OBJECT, 8))));
    }

    @Test
    void whoIsNoReaderSeesWhatIsDestroyed() {
        Set<String> ends = bench().task((kernel, b) -> {
                    int pointer = b.local();
                    int value = b.local();
                    b.load("pointer", pointer, KernelMemory.at(cell(0)), 8, 0)
                            .jumpIf("gone", (core, local) -> local[pointer] == 0, "out")
                            .load("content", value, KernelMemory.field(pointer, 0), 8, 0)
                            .store("seen", KernelMemory.at(cell(1)), 8, value)
                            .label("out");
                })
                .task(RcuTest::updater)
                .ends(List.of(memory -> memory.read(cell(1), 8)));
        assertEquals(Set.of("0", "7", "9"), ends);
    }

    /** Who reads how is waited for by which grace period. */
    @ParameterizedTest
    @CsvSource({
        "RCU, false, 0 7",
        "RCU, true, 0 7 9",
        "TASKS_TRACE_ALONE, false, 0 7 9",
        "TASKS_TRACE_ALONE, true, 0 7",
        "TASKS_TRACE, false, 0 7",
        "TASKS_TRACE, true, 0 7"
    })
    void aGracePeriodWaitsForReadersOfItsKind(Rcu.GracePeriod period, boolean maySleep, String seen) {
        Set<String> ends = bench().task((kernel, b) -> reader(b, maySleep))
                .task((kernel, b) -> {
                    int object = b.local();
                    Llist.exchange(b, "unlink", KernelMemory.at(cell(0)), (core, local) -> 0, object);
                    Rcu.call(b, kernel, period, object, 16, 0);
                })
                .ends(List.of(memory -> memory.read(cell(1), 8)));
        assertEquals(Set.of(seen.split(" ")), ends);
    }

    /** An interrupt on top of a program that may sleep: its end is not the program's. */
    @Test
    void anRcuReaderInsideOfOneThatMaySleepEndsAlone() {
        Set<String> ends = bench().task((kernel, b) -> {
                    int pointer = b.local();
                    int value = b.local();
                    Rcu.readLockTrace(b);
                    b.load("pointer", pointer, KernelMemory.at(cell(0)), 8, 0)
                            .jumpIf("gone", (core, local) -> local[pointer] == 0, "out");
                    Rcu.readLock(b);
                    b.then(Rcu.readUnlock())
                            .load("content", value, KernelMemory.field(pointer, 0), 8, 0)
                            .store("seen", KernelMemory.at(cell(1)), 8, value)
                            .label("out")
                            .then(Rcu.readUnlockTrace());
                })
                .task(RcuTest::updater)
                .ends(List.of(memory -> memory.read(cell(1), 8)));
        assertEquals(Set.of("0", "7"), ends);
    }

    /** A second reader that began after the call does not hold the grace period up: the function may run inside it. */
    @Test
    void aLaterReaderIsNotWaitedFor() {
        Set<String> ends = bench().task((kernel, b) -> {
                    int value = b.local();
                    updater(kernel, b);
                    Rcu.readLock(b);
                    b.load("content", value, KernelMemory.at(OBJECT), 8, 0)
                            .store("seen", KernelMemory.at(cell(1)), 8, value)
                            .then(Rcu.readUnlock());
                })
                .ends(List.of(memory -> memory.read(cell(1), 8)));
        assertEquals(Set.of("7", "9"), ends);
    }

    @Test
    void callingTwiceAndCallingInNmiAreTold() {
        PrimitiveBench bench = bench().task(RcuTest::reader).nmi((kernel, b) -> {
            int object = b.local();
            b.compute("object", (core, local) -> local[object] = OBJECT);
            Rcu.call(b, kernel, Rcu.GracePeriod.TASKS_TRACE, object, 16, 0);
            Rcu.call(b, kernel, Rcu.GracePeriod.TASKS_TRACE, object, 16, 0);
        });
        bench.ends(1);
        assertEquals(Set.of("call_rcu twice", "in NMI: call_rcu_tasks_trace"), bench.told());
    }
}
