package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;
import java.util.function.IntPredicate;

/**
 * Makes every online core serialise and waits for all: a function-call IPI to each, then the same here.
 *
 * @see "Linux arch/x86/kernel/alternative.c, text_poke_sync(), smp_text_poke_sync_each_cpu(); kernel/smp.c,
 *     on_each_cpu_cond_mask(), smp_call_function_many_cond(), llist_add()"
 */
public final class SyncCores {
    /** CALL_FUNCTION_VECTOR. */
    public static final int VECTOR = 0xfb;
    /** The same in an emulator that keeps its translations: whoever takes it fetches what it fetched before. */
    public static final int VECTOR_KEEPING_TEXT = 0xfa;

    private SyncCores() {}

    /**
     * Appends the sender's part. Interrupts must be on.
     *
     * @param online how it knows which cores there are
     */
    public static void append(Routine.Builder routine, int coreCount, OnlineCores online) {
        send(routine, VECTOR, coreCount, online, core -> true);
        routine.awaitAnswers();
    }

    /**
     * As {@link #append}, without the wait.
     *
     * @param vector {@link #VECTOR} or {@link #VECTOR_KEEPING_TEXT}
     * @param reached which of the online cores it goes to
     */
    public static void send(
            Routine.Builder routine, int vector, int coreCount, OnlineCores online, IntPredicate reached) {
        int cpu = routine.scratch("cpu");
        int interrupts = routine.scratch("interrupts");
        String send = routine.newLabel("send");
        String skip = routine.newLabel("skip");
        routine.fence() // a call is queued by a locked operation before its IPI is sent
                .compute("for each online cpu", (core, local) -> local[cpu] = 0)
                .label(send)
                .jumpIf(
                        "self or left out",
                        (core, local) -> local[cpu] == core.id() || !reached.test((int) local[cpu]),
                        skip);
        online.skipOffline(routine, cpu, skip);
        routine.sendIpi(vector, (core, local) -> local[cpu])
                .label(skip)
                .compute("next cpu", (core, local) -> local[cpu]++)
                .jumpIf("more cpus", (core, local) -> local[cpu] < coreCount, send)
                .saveAndDisableInterrupts(interrupts)
                .serialise()
                .restoreInterrupts(interrupts);
    }

    /** As {@link #handler(KernelCosts, AddressOf)}, in the per-CPU data of a kernel that consists of routines. */
    public static Routine handler(KernelCosts costs) {
        return handler(costs, KernelLayout.ofThisCpu(KernelLayout.CALL_COUNT));
    }

    /**
     * The handler on the other cores: sync_core(), then the answer.
     *
     * @param callCount where a core counts its function-call interrupts
     */
    public static Routine handler(KernelCosts costs, AddressOf callCount) {
        Routine.Builder b = Routine.named("sysvec_call_function");
        b.interruptEntry(0, 0);
        int count = b.local();
        return b.act("take calls", (core, local) -> core.bus().takeCalls(core))
                .load("irq_stat: load", count, callCount, 4, 0)
                .compute("irq_stat: +1", (core, local) -> local[count]++)
                .store("irq_stat: store", callCount, 4, count)
                .serialiseAtNoCost()
                .compute("sync_core and the rest", costs.ipiHandlerPs(), (core, local) -> {})
                .act("answer", (core, local) -> core.bus().answerCalls(core))
                .interruptReturn(0)
                .build();
    }

    /**
     * The handler of {@link #VECTOR_KEEPING_TEXT}.
     *
     * @see "Linux commit 8e791f7eba4c, and the reports on QEMU after it"
     */
    public static Routine handlerKeepingText(KernelCosts costs) {
        Routine.Builder b = Routine.named("sysvec_call_function, keeping translations");
        b.interruptEntry(0, 0);
        return b.act("take calls", (core, local) -> core.bus().takeCalls(core))
                .act("answer", costs.ipiHandlerPs(), (core, local) -> core.bus().answerCalls(core))
                .interruptReturnKeepingText(0)
                .build();
    }
}
