package dev.pokesim.bpf.primitive;

import static dev.pokesim.bpf.primitive.PrimitiveBench.cell;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** hrtimers in every order. The timer is cell 200; cell 1 counts callbacks, cell 2 has what a cancel returned, plus 5. */
class HrtimerTest {
    private static final long TIMER = cell(200);

    private static void start(Kernel kernel, Routine.Builder b) {
        int timer = b.local();
        int nsec = b.local();
        b.compute("timer", (core, local) -> local[timer] = TIMER).call(Hrtimer.start(kernel), timer, nsec);
    }

    private static void cancel(Kernel kernel, Routine.Builder b) {
        int timer = b.local();
        int result = b.local();
        b.compute("timer", (core, local) -> local[timer] = TIMER).call(Hrtimer.tryToCancel(kernel), timer);
        Kernel.takeResult(b, result);
        b.compute("+ 5", (core, local) -> local[result] += 5)
                .store("cancel returned", KernelMemory.at(cell(2)), 8, result);
    }

    private static Routine counting() {
        Routine.Builder b = Routine.named("callback");
        b.local(); // the timer
        int before = b.local();
        return b.fetchAndAdd("callbacks + 1", KernelMemory.at(cell(1)), 8, 1, before)
                .ret()
                .build();
    }

    private static PrimitiveBench bench() {
        return new PrimitiveBench().handler(Hrtimer.VECTOR, kernel -> Hrtimer.handler(kernel, counting()));
    }

    private static Set<String> ends(PrimitiveBench bench) {
        return bench.ends(List.of(
                memory -> memory.read(cell(1), 8),
                memory -> memory.read(cell(2), 8),
                memory -> Hrtimer.isActive(memory, TIMER) ? 1 : 0));
    }

    @Test
    void aStartedTimerIsCalledOnce() {
        assertEquals(Set.of("1 0 0"), ends(bench().task(HrtimerTest::start)));
    }

    @Test
    void startedTwiceItIsCalledOnceOrTwiceAndMovesToTheCpuOfTheLastStart() {
        Set<String> ends = ends(bench().task(HrtimerTest::start).task(HrtimerTest::start));
        assertEquals(Set.of("1 0 0", "2 0 0"), ends);
    }

    /** 0: not started yet, or called already; 1: taken out, so never called; -1: the callback runs. */
    @Test
    void whatCancelReturnsSaysWhetherItIsCalled() {
        assertEquals(
                Set.of("1 5 0", "0 6 0", "1 4 0"),
                ends(bench().task(HrtimerTest::start).task(HrtimerTest::cancel)));
    }

    @Test
    void cancelOfATimerThatRestartedItselfReturnsMinusOneAndTakesNothingOut() {
        PrimitiveBench bench = new PrimitiveBench().handler(Hrtimer.VECTOR, kernel -> {
            Routine.Builder b = Routine.named("callback");
            b.local(); // the timer
            int before = b.local();
            b.fetchAndAdd("callbacks + 1", KernelMemory.at(cell(1)), 8, 1, before)
                    .jumpIf("not the first", (core, local) -> local[before] != 0, "out");
            start(kernel, b);
            cancel(kernel, b);
            return Hrtimer.handler(kernel, b.label("out").ret().build());
        });
        assertEquals(Set.of("2 4 0"), ends(bench.task(HrtimerTest::start)));
    }

    @Test
    void twoTimersOfOneBaseAreBothCalled() {
        PrimitiveBench bench = bench().setUp(memory -> Hrtimer.initialise(memory, cell(201), 0))
                .task((kernel, b) -> {
                    start(kernel, b);
                    int other = b.local();
                    int nsec = b.local();
                    b.compute("another timer", (core, local) -> local[other] = cell(201))
                            .call(Hrtimer.start(kernel), other, nsec);
                });
        assertEquals(Set.of("2 0 0"), ends(bench));
    }

    @Test
    void anNmiMustNotTouchABaseThatItsCpuHasLocked() {
        PrimitiveBench bench = bench().task(HrtimerTest::start).nmi(HrtimerTest::start);
        assertTrue(ends(bench).contains("deadlock"));
        assertFalse(bench.told().isEmpty());
        assertEquals(Set.of("locks itself: hrtimer base"), bench.told());
    }

    /** The program finds the lock taken: what does not touch the base is right there, what starts the timer waits for itself. */
    @Test
    void theProgramOnTheTracepointIsCalledOnceForEachStartWithTheBaseLocked() {
        PrimitiveBench counted = bench().task((kernel, b) -> start(kernel.withTracepoint(counting()), b));
        assertEquals(Set.of("2 0 0"), ends(counted)); // the callback counts, too
        PrimitiveBench starting = bench().task((kernel, b) -> {
            Routine.Builder program = Routine.named("tracepoint");
            start(kernel, program);
            start(kernel.withTracepoint(program.ret().build()), b);
        });
        assertEquals(Set.of("deadlock"), ends(starting));
        assertEquals(Set.of("locks itself: hrtimer base"), starting.told());
    }
}
