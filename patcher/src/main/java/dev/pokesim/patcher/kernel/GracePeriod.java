package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;

/**
 * A grace period: the patcher waits until every task has left the text in which it is when the wait begins. A task that is
 * interrupted there, or in an INT3 handler, has not left.
 *
 * @see "Linux kernel/rcu/tasks.h, rcu_tasks_wait_gp(), rcu_tasks_holdout"
 */
public final class GracePeriod {
    private GracePeriod() {}

    /** Appends what a task does before it calls text that may be patched. */
    public static void enter(Routine.Builder routine) {
        routine.storeConstant("reading = 1", KernelLayout.ofThisCpu(KernelLayout.READING), 4, 1)
                .fence();
    }

    /** Appends what it does afterwards. */
    public static void leave(Routine.Builder routine) {
        routine.storeConstant("reading = 0", KernelLayout.ofThisCpu(KernelLayout.READING), 4, 0)
                .storeConstant("holdout = 0", KernelLayout.ofThisCpu(KernelLayout.HOLDOUT), 4, 0);
    }

    /** Appends the wait of a patcher on core 0. */
    public static void await(Routine.Builder routine, int coreCount) {
        int cpu = routine.scratch("cpu");
        int reading = routine.scratch("reading");
        String start = routine.newLabel("grace-start");
        String check = routine.newLabel("grace-check");
        String wait = routine.newLabel("grace-wait");
        routine.compute("for each other cpu", (core, local) -> local[cpu] = 1)
                .label(start)
                .storeConstant("holdout = 1", of(cpu, KernelLayout.HOLDOUT), 4, 1)
                .compute("next cpu", (core, local) -> local[cpu]++)
                .jumpIf("more cpus", (core, local) -> local[cpu] < coreCount, start)
                .fence()
                .compute("for each other cpu", (core, local) -> local[cpu] = 1)
                .label(check)
                .load("reading", reading, of(cpu, KernelLayout.READING), 4, 0)
                .jumpIf("is inside", (core, local) -> local[reading] != 0, wait)
                .storeConstant("holdout = 0", of(cpu, KernelLayout.HOLDOUT), 4, 0)
                .label(wait)
                .awaitMemory("holdout: spin until 0", of(cpu, KernelLayout.HOLDOUT), 4, value -> value == 0, 0)
                .compute("next cpu", (core, local) -> local[cpu]++)
                .jumpIf("more cpus", (core, local) -> local[cpu] < coreCount, check);
    }

    private static AddressOf of(int cpu, int offset) {
        return core -> KernelLayout.perCpu((int) core.file()[cpu]) + offset;
    }
}
