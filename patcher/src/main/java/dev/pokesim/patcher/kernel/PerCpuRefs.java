package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.microop.AddressOf;
import java.util.function.Consumer;
import java.util.stream.LongStream;

/**
 * One counter per possible core, in its own per-CPU data. Possible, not online: a core that comes up during the batch may trap.
 *
 * @see "Linux arch/x86/kernel/alternative.c since 2025, bp_refs, text_poke_array_refs, try_get_text_poke_array()"
 */
public final class PerCpuRefs implements Refs {
    private static final AddressOf COUNTER = KernelLayout.ofThisCpu(KernelLayout.REFS);

    @Override
    public String name() {
        return "percpu";
    }

    @Override
    public boolean isPerCore() {
        return true;
    }

    @Override
    public void publish(Routine.Builder routine, BatchContext context) {
        publish(routine, context, OnlineCores.ALL);
    }

    @Override
    public void publishOnline(Routine.Builder routine, BatchContext context) {
        publish(routine, context, context.online());
    }

    private static void publish(Routine.Builder routine, BatchContext context, OnlineCores reached) {
        int possible = context.layout().possibleCores();
        int cpu = routine.scratch("cpu");
        int area = routine.scratch("per-cpu area");
        String loop = routine.newLabel("publish");
        String next = routine.newLabel("publish-next");
        routine.compute("for each possible cpu", (core, local) -> local[cpu] = 0)
                .label(loop);
        reached.skipOffline(routine, cpu, next);
        routine.load("__per_cpu_offset", area, offsetOf(cpu), 8, context.costs().cachedReadPs())
                .storeConstant("refs of cpu = 1, release", in(area), 4, 1)
                .label(next)
                .compute("next cpu", context.costs().nextCpuPs(), (core, local) -> local[cpu]++)
                .jumpIf("more cpus", (core, local) -> local[cpu] < possible, loop);
    }

    @Override
    public void take(Routine.Builder routine, String unavailable) {
        RefSteps.incrementUnlessZero(routine, COUNTER, unavailable);
    }

    @Override
    public void drop(Routine.Builder routine) {
        RefSteps.decrement(routine, COUNTER);
    }

    @Override
    public void retire(Routine.Builder routine, BatchContext context) {
        eachCounter(routine, context, counter -> RefSteps.decrementAndAwaitZero(routine, counter, context));
    }

    @Override
    public void abandon(Routine.Builder routine, BatchContext context) {
        eachCounter(routine, context, counter -> RefSteps.decrement(routine, counter));
    }

    private static void eachCounter(Routine.Builder routine, BatchContext context, Consumer<AddressOf> body) {
        int possible = context.layout().possibleCores();
        int cpu = routine.scratch("cpu");
        int area = routine.scratch("per-cpu area");
        String loop = routine.newLabel("retire");
        String next = routine.newLabel("retire-next");
        routine.compute("for each possible cpu", (core, local) -> local[cpu] = 0)
                .label(loop)
                .load(
                        "__per_cpu_offset",
                        area,
                        offsetOf(cpu),
                        8,
                        context.costs().cachedReadPs());
        if (context.online() == OnlineCores.MASK) { // who was offline then was perhaps left out
            int refs = routine.scratch("refs");
            routine.load("refs of cpu: load", refs, in(area), 4, 0)
                    .jumpIf("never published", (core, local) -> local[refs] == 0, next);
        }
        body.accept(in(area));
        routine.label(next)
                .compute("next cpu", context.costs().nextCpuPs(), (core, local) -> local[cpu]++)
                .jumpIf("more cpus", (core, local) -> local[cpu] < possible, loop);
    }

    private static AddressOf offsetOf(int cpu) {
        return core -> KernelLayout.perCpuOffset((int) core.file()[cpu]);
    }

    private static AddressOf in(int area) {
        return core -> core.file()[area] + KernelLayout.REFS;
    }

    @Override
    public long countAddress() {
        return KernelLayout.COUNT;
    }

    @Override
    public AddressOf counter() {
        return COUNTER;
    }

    @Override
    public long[] counters(KernelLayout layout) {
        return LongStream.range(0, layout.possibleCores())
                .map(cpu -> KernelLayout.perCpu((int) cpu) + KernelLayout.REFS)
                .toArray();
    }

    @Override
    public boolean isCounter(long address, KernelLayout layout) {
        long first = KernelLayout.perCpu(0) + KernelLayout.REFS;
        long stride = KernelLayout.perCpu(1) - KernelLayout.perCpu(0);
        return Address.isWithin(address, first, stride * layout.possibleCores()) && (address - first) % stride == 0;
    }
}
