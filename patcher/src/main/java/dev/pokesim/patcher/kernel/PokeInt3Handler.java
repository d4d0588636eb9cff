package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.machine.Routine;

/**
 * The INT3 handler: takes a reference, finds the site in the array, acts as the entry says, gives the reference back. Every
 * load, exchange, probe and store is a step on emulated memory.
 *
 * @see "Linux arch/x86/kernel/alternative.c, poke_int3_handler(), smp_text_poke_int3_handler(); asm/text-patching.h,
 *     int3_emulate_jmp(), int3_emulate_call(), int3_emulate_ret(), int3_emulate_jcc(); arch/x86/entry/entry_64.S"
 */
public final class PokeInt3Handler {
    /** Six words that the entry code leaves free above its frame, so that an emulated CALL can push. */
    private static final int GAP_BYTES = 48;

    private static final int RIP = 0;
    private static final int FLAGS = 16;
    private static final int RSP = 24;

    private PokeInt3Handler() {}

    /** The routine, from the trap to the IRET. An INT3 that nobody claims ends in {@code unclaimed}. */
    public static Routine routine(KernelLayout layout, Refs refs, KernelCosts costs, PatchListener listener) {
        Routine.Builder b = Routine.named("poke_int3_handler");
        b.interruptEntry(costs.trapEntryPs(), GAP_BYTES);
        int site = b.local(); // regs->ip, then the address of the INT3
        int count = b.local();
        int vector = b.local();
        int left = b.local();
        int right = b.local();
        int entry = b.local();
        int value = b.local();
        int opcode = b.local();
        int length = b.local();
        int displacement = b.local();
        int next = b.local(); // where execution goes on
        int rsp = b.local();

        b.load("regs->ip", site, b.frame(RIP), 8, 0)
                .compute("site = ip - 1", (core, local) -> local[site]--)
                .compute("smp_rmb", (core, local) -> {}); // loads are not reordered on x86
        refs.take(b, "not-mine");
        // both loads go out together: a line that comes for the first serves the second
        if (refs.vectorPointerAddress() != 0) {
            b.load("vec", vector, core -> refs.vectorPointerAddress(), 8, 0);
        } else {
            b.compute("vec", (core, local) -> local[vector] = KernelLayout.ARRAY);
        }
        b.load("nr", count, core -> refs.countAddress(), 4, costs.cachedReadPs());
        search(b, layout, costs, site, count, vector, left, right, entry, value);

        b.label("found")
                .load("tp->opcode", opcode, core -> core.file()[entry] + KernelLayout.ENTRY_OPCODE, 1, 0)
                .load("tp->len", length, core -> core.file()[entry] + KernelLayout.ENTRY_LENGTH, 1, 0)
                .load("tp->disp", displacement, core -> core.file()[entry] + KernelLayout.ENTRY_DISPLACEMENT, 4, 0)
                .load("regs->sp", rsp, b.frame(RSP), 8, 0)
                .compute("ip = site + len", costs.emulatePs(), (core, local) -> {
                    local[next] = local[site] + local[length];
                    local[displacement] = (int) local[displacement];
                })
                .jumpIf("INT3: somebody else's", (core, local) -> local[opcode] == TextPokeLoc.INT3, "drop-not-mine")
                .jumpIf("CALL", (core, local) -> local[opcode] == 0xe8, "call")
                .jumpIf("RET", (core, local) -> local[opcode] == 0xc3, "ret")
                .jumpIf("JMP", (core, local) -> local[opcode] == 0xe9 || local[opcode] == 0xeb, "jmp")
                .jumpIf("not Jcc: BUG", (core, local) -> local[opcode] >> 4 != 7, "bug")
                .load("regs->flags", value, b.frame(FLAGS), 8, 0)
                .jumpIf(
                        "Jcc: condition does not hold",
                        (core, local) -> !holds(local[value], (int) local[opcode] & 15),
                        "go-on")
                .label("jmp")
                .compute("ip += disp", (core, local) -> local[next] += local[displacement])
                .jump("go-on")
                .label("call")
                .compute("sp -= 8", (core, local) -> local[rsp] -= 8)
                .store("*sp = ip", core -> core.file()[rsp], 8, next)
                .store("regs->sp", b.frame(RSP), 8, rsp)
                .jump("jmp")
                .label("ret")
                .load("ip = *sp", next, core -> core.file()[rsp], 8, 0)
                .compute("sp += 8", (core, local) -> local[rsp] += 8)
                .store("regs->sp", b.frame(RSP), 8, rsp)
                .label("go-on")
                .store("regs->ip", b.frame(RIP), 8, next);
        refs.drop(b);
        b.act("handled", (core, local) -> listener.handled(core, local[site], true, local[next]))
                .interruptReturn(costs.trapExitPs());

        b.label("bug").compute("BUG", (core, local) -> {
            throw new KernelBug("core " + core.id() + ": the array holds opcode 0x" + Long.toHexString(local[opcode])
                    + ", which the handler cannot act as");
        });
        b.label("drop-not-mine");
        refs.drop(b);
        b.label("not-mine").act("unclaimed INT3", (core, local) -> listener.handled(core, local[site], false, 0));
        // nobody else owns breakpoints here: going on behind the INT3 is what a kernel that dies would not do
        return b.interruptReturn(costs.trapExitPs()).build();
    }

    /** Binary search if there are several entries, as bsearch() does; one comparison otherwise. */
    private static void search(
            Routine.Builder b,
            KernelLayout layout,
            KernelCosts costs,
            int site,
            int count,
            int vector,
            int left,
            int right,
            int entry,
            int value) {
        b.compute("search", (core, local) -> {
                    local[left] = 0;
                    local[right] =
                            Math.max((int) local[count], 1); // without a count the first entry is compared all the same
                })
                .label("search")
                .jumpIf("not in the array", (core, local) -> local[left] >= local[right], "drop-not-mine")
                .compute(
                        "middle",
                        (core, local) -> local[entry] =
                                local[vector] + (local[left] + local[right] >> 1) * KernelLayout.ENTRY_SIZE_BYTES)
                .load("tp->rel_addr", value, core -> core.file()[entry], 4, costs.searchProbePs())
                .jumpIf("found", (core, local) -> layout.stext() + (int) local[value] == local[site], "found")
                .compute("half", (core, local) -> {
                    long middle = (local[entry] - local[vector]) / KernelLayout.ENTRY_SIZE_BYTES;
                    if (Long.compareUnsigned(local[site], layout.stext() + (int) local[value]) < 0) {
                        local[right] = middle;
                    } else {
                        local[left] = middle + 1;
                    }
                })
                .jump("search");
    }

    private static boolean holds(long flags, int condition) {
        Rflags saved = new Rflags();
        saved.setValue(flags);
        return saved.test(condition);
    }
}
