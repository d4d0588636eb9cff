package dev.pokesim.bpf.primitive;

import static dev.pokesim.bpf.primitive.PrimitiveBench.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Works that are queued, done and cancelled. Cell 8 is a work; its function adds 1 to cell 0; results go to cells 1 and up. */
class WorkqueueTest {
    private static final long WORK = cell(8);

    private static PrimitiveBench bench() {
        return new PrimitiveBench()
                .worker(kernel -> {
                    Routine.Builder b = Routine.named("function");
                    b.local(); // the work
                    int value = b.local();
                    return Workqueue.thread(
                            kernel,
                            List.of(b.load("count", value, KernelMemory.at(cell(0)), 8, 0)
                                    .compute("count + 1", (core, local) -> local[value]++)
                                    .store("count", KernelMemory.at(cell(0)), 8, value)
                                    .ret()
                                    .build()));
                })
                .setUp(memory -> Workqueue.initialise(memory, WORK, 0, 0));
    }

    private interface Operation {
        Routine of(Kernel kernel);
    }

    private static BiConsumer<Kernel, Routine.Builder> call(Operation operation, int resultCell) {
        return (kernel, b) -> {
            int work = b.local();
            int result = b.local();
            b.compute("work", (core, local) -> local[work] = WORK).call(operation.of(kernel), work);
            Kernel.takeResult(b, result);
            b.store("result", KernelMemory.at(cell(resultCell)), 8, result);
        };
    }

    @Test
    void aWorkThatIsQueuedIsNotQueuedAgainAndRunsAgainOnceItHasBegun() {
        PrimitiveBench bench = bench().task(call(Workqueue::schedule, 1)).task(call(Workqueue::schedule, 2));
        assertEquals(Set.of("1 0 1", "1 1 0", "2 1 1"), bench.ends(3));
    }

    @Test
    void cancelSaysWhetherItWasQueuedAndDoesNotWait() {
        PrimitiveBench bench = bench().task(call(Workqueue::schedule, 1)).task(call(Workqueue::cancel, 2));
        // taken out; too late or too early; refused by a cancel that held PENDING for a moment
        assertEquals(Set.of("0 1 1", "1 1 0", "0 0 0"), bench.ends(3));
    }

    @Test
    void busyIsQueuedOrRunning() {
        assertEquals(Set.of("0 0"), bench().task(call(Workqueue::busy, 1)).ends(2));
        PrimitiveBench bench = bench().task((kernel, b) -> {
            call(Workqueue::schedule, 1).accept(kernel, b);
            call(Workqueue::busy, 2).accept(kernel, b);
        });
        assertEquals(Set.of("1 1 0", "1 1 1"), bench.ends(3));
    }

    @Test
    void nothingRunsAnyMoreBehindACancelThatWaits() {
        PrimitiveBench bench = bench().task((kernel, b) -> {
            call(Workqueue::schedule, 1).accept(kernel, b);
            int work = b.local();
            int count = b.local();
            Routine cancel = Workqueue.cancel(kernel);
            b.compute("work", (core, local) -> local[work] = WORK)
                    .call(Workqueue.cancelSync(kernel, cancel, Workqueue.busy(kernel)), work)
                    .load("count", count, KernelMemory.at(cell(0)), 8, 0)
                    .store("count then", KernelMemory.at(cell(2)), 8, count);
        });
        assertEquals(Set.of("0 1 0", "1 1 1"), bench.ends(3));
    }

    @Test
    void thePoolsLockIsNotForNmis() {
        PrimitiveBench bench = bench().task(call(Workqueue::schedule, 1)).nmi(call(Workqueue::busy, 2));
        bench.ends(3);
        assertEquals(Set.of("locks itself: pool"), bench.told());
    }
}
