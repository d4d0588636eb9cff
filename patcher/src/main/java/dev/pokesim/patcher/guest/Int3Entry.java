package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.PatchListener;

/**
 * The breakpoint exception up to the kernel's own handler and back: what the processor and the entry code do is a routine, the
 * handler is guest code. The handler's first argument is the registers, on the stack in the kernel's order.
 *
 * @see "Linux arch/x86/entry/entry_64.S, idtentry, error_entry; arch/x86/include/asm/ptrace.h, struct pt_regs; arch/x86/kernel/traps.c,
 *     exc_int3()"
 */
final class Int3Entry {
    /** Six words that the entry code leaves free above its frame, so that an emulated CALL can push. */
    private static final int GAP_BYTES = 48;

    /** From the top down, below orig_rax: di si dx cx ax r8 r9 r10 r11 bx bp r12 r13 r14 r15. */
    private static final int[] PUSHED = {
        Core.RDI, Core.RSI, Core.RDX, Core.RCX, Core.RAX, 8, 9, 10, 11, Core.RBX, Core.RBP, 12, 13, 14, 15
    };

    private static final int WORD_BYTES = 8;
    private static final int ORIG_RAX = -WORD_BYTES;
    private static final int REGS = ORIG_RAX - PUSHED.length * WORD_BYTES;
    private static final int RIP = 0;

    private Int3Entry() {}

    /** The routine for vector 3, from the trap to the IRET. */
    static Routine routine(GuestKernel kernel, KernelCosts costs, PatchListener listener) {
        long handler = kernel.address("poke_int3_handler");
        Routine.Builder b = Routine.named("exc_int3");
        b.interruptEntry(costs.trapEntryPs(), GAP_BYTES);
        int site = b.local();
        int value = b.local();
        int next = b.local();
        b.load("regs->ip", site, b.frame(RIP), WORD_BYTES, 0)
                .compute("site = ip - 1", (core, local) -> local[site]--)
                .storeConstant("orig_rax = -1", b.frame(ORIG_RAX), WORD_BYTES, -1);
        for (int i = 0; i < PUSHED.length; i++) {
            int register = PUSHED[i];
            b.compute("r" + register, (core, local) -> local[value] = core.register(register))
                    .store("push r" + register, b.frame(pushedAt(i)), WORD_BYTES, value);
        }
        AddressOf regs = b.frame(REGS);
        b.act("rdi = regs", (core, local) -> {
                    core.setRegister(Core.RSP, regs.in(core));
                    core.setRegister(Core.RDI, regs.in(core));
                })
                .callGuest((core, local) -> handler)
                .compute("claimed?", (core, local) -> local[value] = core.register(Core.RAX) & 0xff)
                .jumpIf("not the patcher's", (core, local) -> local[value] == 0, "not-mine");
        for (int i = PUSHED.length - 1; i >= 0; i--) {
            int register = PUSHED[i];
            b.load("pop r" + register, value, b.frame(pushedAt(i)), WORD_BYTES, 0)
                    .act("r" + register, (core, local) -> core.setInterruptedRegister(register, local[value]));
        }
        b.load("regs->ip", next, b.frame(RIP), WORD_BYTES, 0)
                .act("handled", (core, local) -> listener.handled(core, local[site], true, local[next]))
                .interruptReturn(costs.trapExitPs());
        // kprobes and debuggers come next in the kernel, then it dies: nobody else owns breakpoints here
        b.label("not-mine").act("unclaimed INT3", (core, local) -> listener.handled(core, local[site], false, 0));
        return b.interruptReturn(costs.trapExitPs()).build();
    }

    private static int pushedAt(int index) {
        return ORIG_RAX - (index + 1) * WORD_BYTES;
    }
}
