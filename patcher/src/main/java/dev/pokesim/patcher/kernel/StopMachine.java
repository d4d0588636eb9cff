package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;

/**
 * A rendezvous: every other core waits in an interrupt handler, with interrupts off, while one writes.
 *
 * @see "Linux kernel/stop_machine.c, stop_machine(), multi_cpu_stop(); here by IPI rather than by a thread per CPU"
 */
public final class StopMachine {
    /** The vector of the IPI. */
    public static final int VECTOR = 0xf8;

    /** The word that is 1 while cores are to stay stopped. */
    public static final long HOLD = KernelLayout.TEXT_MUTEX + 0x50;

    private StopMachine() {}

    /** Appends the stopping of all online cores but this one; goes on when all have stopped. */
    public static void stop(Routine.Builder routine, int coreCount, OnlineCores online) {
        int cpu = routine.scratch("cpu");
        String send = routine.newLabel("stop");
        String skip = routine.newLabel("stop-skip");
        routine.storeConstant("hold = 1", core -> HOLD, 4, 1)
                .fence()
                .compute("for each online cpu", (core, local) -> local[cpu] = 0)
                .label(send)
                .jumpIf("self", (core, local) -> local[cpu] == core.id(), skip);
        online.skipOffline(routine, cpu, skip);
        routine.sendIpi(VECTOR, (core, local) -> local[cpu])
                .label(skip)
                .compute("next cpu", (core, local) -> local[cpu]++)
                .jumpIf("more cpus", (core, local) -> local[cpu] < coreCount, send)
                .awaitAnswers();
    }

    /** Appends the release; goes on at once. */
    public static void release(Routine.Builder routine) {
        routine.storeConstant("hold = 0, release", core -> HOLD, 4, 0).fence();
    }

    /** The handler on the other cores. */
    public static Routine handler(KernelCosts costs) {
        Routine.Builder b = Routine.named("multi_cpu_stop");
        b.interruptEntry(0, 0);
        return b.act("take calls", (core, local) -> core.bus().takeCalls(core))
                .act("answer", costs.ipiHandlerPs(), (core, local) -> core.bus().answerCalls(core))
                .awaitMemory("spin until released", core -> HOLD, 4, value -> value == 0, costs.spinPs())
                .interruptReturn(0)
                .build();
    }
}
