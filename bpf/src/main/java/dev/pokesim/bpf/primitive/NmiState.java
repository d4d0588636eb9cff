package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.patcher.kernel.KernelLayout;

/**
 * What a CPU knows of its NMIs. An INT3 in an NMI ends with an IRET, which lets the next NMI in before the first has ended; that one
 * goes back at once, and the first begins again when it comes to its end.
 *
 * @see "Linux arch/x86/kernel/nmi.c, exc_nmi(), nmi_state; arch/x86/entry/entry_64.S, asm_exc_nmi; include/linux/preempt.h, in_nmi()"
 */
public final class NmiState {
    private static final long NOT_RUNNING = 0;
    private static final long EXECUTING = 1;
    private static final long LATCHED = 2;

    private NmiState() {}

    /** in_nmi(): true to the NMI's end, whether the processor would take another one by now or not. */
    public static boolean inNmi(Core core) {
        return core.isNmiBlocked() || state(core) != NOT_RUNNING;
    }

    /** Whether the NMI that a core is about to take would interrupt another one. */
    public static boolean isNested(Core core) {
        return state(core) != NOT_RUNNING;
    }

    /** Appends the beginning of an NMI: one that has interrupted another one leaves it to that one and jumps to {@code out}. */
    public static void enter(Routine.Builder b, String out) {
        int before = b.scratch("nmi_state");
        b.act("nmi_state: enter", (core, local) -> {
                    local[before] = state(core);
                    set(core, local[before] == NOT_RUNNING ? EXECUTING : LATCHED);
                })
                .jumpIf("(in an NMI?)", (core, local) -> local[before] != NOT_RUNNING, out);
    }

    /** Appends the end of an NMI: jumps to {@code again} if others have come meanwhile, however many. */
    public static void leave(Routine.Builder b, String again) {
        int after = b.scratch("nmi_state");
        b.act("nmi_state: leave", (core, local) -> {
                    local[after] = state(core) - 1;
                    set(core, local[after]);
                })
                .jumpIf("(another NMI?)", (core, local) -> local[after] != NOT_RUNNING, again);
    }

    private static long state(Core core) {
        return core.memory().read(address(core), 4);
    }

    /** No other CPU looks at it, and no store of this one waits for it: the variable is only changed here. */
    private static void set(Core core, long state) {
        core.memory().write(address(core), 4, state, core.id());
    }

    private static long address(Core core) {
        return KernelLayout.perCpu(core.id()) + KernelMemory.NMI_STATE;
    }
}
