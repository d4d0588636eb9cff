package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import org.jspecify.annotations.Nullable;

/**
 * What all primitives of one machine share.
 *
 * @param listener is told what the steps do beyond memory
 * @param chooser decides what the kernel leaves open, such as whether an allocation fails; possibility 0 is the usual one
 * @param allocationsMayFail whether failure of an allocation is one of the possibilities
 * @param time null on a machine without time
 * @param tracepoint the program on the tracepoints of hrtimer_start() and queue_work(), which is called with the base or the pool
 *     locked; null if there is none
 * @param mapsLoseUsers whether the count of a map's users ever changes; where it does not, nobody looks at it
 */
public record Kernel(
        KernelListener listener,
        Chooser chooser,
        boolean allocationsMayFail,
        @Nullable KernelTime time,
        @Nullable Routine tracepoint,
        boolean mapsLoseUsers) {
    /** One without a program on the tracepoint. */
    public Kernel(KernelListener listener, Chooser chooser, boolean allocationsMayFail, @Nullable KernelTime time) {
        this(listener, chooser, allocationsMayFail, time, null, false);
    }

    /** One on a machine without time. */
    public Kernel(KernelListener listener, Chooser chooser, boolean allocationsMayFail) {
        this(listener, chooser, allocationsMayFail, null);
    }

    /**
     * The same kernel with a program on the tracepoints of hrtimer_start() and queue_work(). The program must be made of routines of
     * the kernel without it: a program on a tracepoint is not called again inside of itself.
     *
     * @see "Linux kernel/trace/bpf_trace.c, __bpf_trace_run(), prog->active; include/trace/events/timer.h, workqueue.h"
     */
    public Kernel withTracepoint(Routine program) {
        return new Kernel(listener, chooser, allocationsMayFail, time, program, mapsLoseUsers);
    }

    /** The same kernel, with maps whose last user may go. */
    public Kernel withMapsThatLoseUsers() {
        return new Kernel(listener, chooser, allocationsMayFail, time, tracepoint, true);
    }

    /** What primitives cost; nothing on a machine without time. */
    public PrimitiveCosts costs() {
        return time == null ? PrimitiveCosts.NONE : time.costs();
    }

    boolean allocationFails() {
        return time == null ? allocationsMayFail && chooser.choose(2) == 1 : time.allocationFails();
    }

    /**
     * Appends the end of a routine with a result, in RAX as functions return it. An interrupt saves RAX, so nobody notices.
     *
     * @see #takeResult
     */
    public static Routine.Builder returnValue(Routine.Builder b, long value) {
        return returnValue(b, value < 0 ? "return " + value : "return", (core, local) -> value);
    }

    /** As {@link #returnValue(Routine.Builder, long)}, with a value from variables. */
    public static Routine.Builder returnValue(Routine.Builder b, String text, Routine.Value value) {
        return b.compute(text, (core, local) -> core.setRegister(Core.RAX, value.of(core, local)))
                .ret();
    }

    /** Appends the caller's side of {@link #returnValue}: the result moves into a variable. */
    public static Routine.Builder takeResult(Routine.Builder b, int slot) {
        return b.compute("(take result)", (core, local) -> {
            local[slot] = core.register(Core.RAX);
            core.setRegister(Core.RAX, 0); // so that no state differs by a result that nobody will read
        });
    }

    /** Appends that a timer or work is cancelled; nothing on a machine without time. */
    static void cancelled(Routine.Builder b, Kernel kernel, int timer, Routine.Condition holds) {
        if (kernel.time() != null) {
            b.compute("(cancelled?)", (core, local) -> {
                if (holds.holds(core, local)) {
                    kernel.listener().cancelled(core, local[timer]);
                }
            });
        }
    }

    /** Appends local_irq_save(): returns the variable that remembers IF. */
    public static int irqSave(Routine.Builder b) {
        int saved = b.local();
        b.compute(
                        "(local_irq_save)",
                        (core, local) -> local[saved] = core.flags().interruptsEnabled() ? 1 : 0)
                .setInterruptsEnabled(false);
        return saved;
    }

    /** Appends local_irq_restore(). */
    public static void irqRestore(Routine.Builder b, int saved) {
        String off = "irqs-stay-off-" + b.local();
        b.jumpIf("(irqs stay off?)", (core, local) -> local[saved] == 0, off)
                .setInterruptsEnabled(true)
                .label(off);
    }

    /** Appends what the handler of an interrupt owes the machine. On a machine without time it was a call, whose answer nobody waits for. */
    static void acknowledge(Routine.Builder b, Kernel kernel) {
        b.compute("(acknowledge)", kernel.costs().acknowledgePs(), (core, local) -> {
            if (kernel.time() == null) {
                core.bus().takeCalls(core);
                core.bus().answerCalls(core);
            }
        });
    }
}
