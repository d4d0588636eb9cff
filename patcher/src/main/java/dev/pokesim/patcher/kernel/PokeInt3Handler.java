package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.machine.Routine;
import java.util.Objects;

/**
 * The INT3 handler. The kernel's takes a reference, finds the site in the array, acts as the entry says, gives the reference back. Every
 * load, exchange, probe and store is a step on emulated memory. Others have other steps, and make something else of a site.
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

    private final Routine.Builder b = Routine.named("poke_int3_handler");
    private final TrapHandler handler;
    private final TrapSites sites;
    private final KernelLayout layout;
    private final Refs refs;
    private final KernelCosts costs;
    private final PatchListener listener;

    /* What the steps so far have come to. */
    private boolean holds;
    private boolean drops;
    private boolean hasCount;
    private boolean hasVector;
    private boolean isFound;
    private int searches;

    /* Variables of the routine. */
    private int site;
    private int count;
    private int vector;
    private int left;
    private int right;
    private int entry;
    private int value;
    private int opcode;
    private int length;
    private int displacement;
    private int next;
    private int rsp;

    private PokeInt3Handler(
            TrapHandler handler,
            TrapSites sites,
            KernelLayout layout,
            Refs refs,
            KernelCosts costs,
            PatchListener listener) {
        this.handler = handler;
        this.sites = sites;
        this.layout = layout;
        this.refs = refs;
        this.costs = costs;
        this.listener = listener;
    }

    /** The kernel's, from the trap to the IRET. An INT3 that nobody claims ends in {@code unclaimed}. */
    public static Routine routine(KernelLayout layout, Refs refs, KernelCosts costs, PatchListener listener) {
        return routine(TrapHandler.KERNEL, TrapSites.NONE, layout, refs, costs, listener);
    }

    /**
     * Any, from the trap to the IRET.
     *
     * @param sites what INT3s there are besides those in the array
     */
    public static Routine routine(
            TrapHandler handler,
            TrapSites sites,
            KernelLayout layout,
            Refs refs,
            KernelCosts costs,
            PatchListener listener) {
        return new PokeInt3Handler(handler, sites, layout, refs, costs, listener).build();
    }

    private Routine build() {
        b.interruptEntry(costs.trapEntryPs(), GAP_BYTES);
        site = b.local(); // regs->ip, then the address of the INT3
        count = b.local();
        vector = b.local();
        left = b.local();
        right = b.local();
        entry = b.local();
        value = b.local();
        opcode = b.local();
        length = b.local();
        displacement = b.local();
        next = b.local(); // where execution goes on
        rsp = b.local();
        if (handler.interruptible()) {
            b.setInterruptsEnabled(true);
        }
        b.load("regs->ip", site, b.frame(RIP), 8, 0)
                .compute("site = ip - 1", (core, local) -> local[site]--)
                .compute("smp_rmb", (core, local) -> {}); // loads are not reordered on x86
        for (HandlerStep step : handler.steps()) {
            append(step);
        }
        b.label("bug").compute("BUG", (core, local) -> {
            throw new KernelBug("core " + core.id() + ": the array holds opcode 0x" + Long.toHexString(local[opcode])
                    + ", which the handler cannot act as");
        });
        b.label("drop-not-mine");
        if (drops) {
            refs.drop(b);
        }
        b.label("not-mine");
        if (handler.response() == TrapHandler.Response.REWIND) {
            b.compute("back to the INT3", (core, local) -> local[next] = local[site])
                    .store("regs->ip", b.frame(RIP), 8, next);
            return b.interruptReturn(costs.trapExitPs()).build();
        }
        sites.askOthers(b, site, next, b.frame(RIP), "asked-all");
        b.act("unclaimed INT3", (core, local) -> listener.handled(core, local[site], false, 0))
                .label("asked-all");
        // nobody owns it: going on behind the INT3 is what a kernel that dies would not do
        return b.interruptReturn(costs.trapExitPs()).build();
    }

    /** Where it goes if the INT3 is somebody else's. */
    private String declined() {
        return holds ? "drop-not-mine" : "not-mine";
    }

    private void append(HandlerStep step) {
        switch (step) {
            case ASK_REGISTERED ->
                b.load("anybody registered", value, core -> KernelLayout.HANDLER, 4, 0)
                        .jumpIf("nobody is", (core, local) -> local[value] == 0, declined());
            case LOAD_COUNT -> {
                hasCount = true;
                b.load("nr: load", count, core -> KernelLayout.DESCRIPTOR_COUNT, 4, 0)
                        .jumpIf("nr 0: not mine", (core, local) -> local[count] == 0, declined());
            }
            case LOAD_VECTOR -> {
                hasVector = true;
                b.load("vec: load", vector, core -> KernelLayout.DESCRIPTOR_VECTOR, 8, 0)
                        .compute("dereference vec", (core, local) -> {
                            if (local[vector] == 0) {
                                throw new KernelBug("core " + core.id()
                                        + " saw a count and dereferences NULL where the array should be");
                            }
                        });
            }
            case LOAD_DESCRIPTOR ->
                b.load("desc: load", value, core -> KernelLayout.DESCRIPTOR_POINTER, 8, 0)
                        .jumpIf("no descriptor: not mine", (core, local) -> local[value] == 0, declined());
            case TAKE_REF -> {
                refs.take(b, "not-mine");
                holds = true;
                drops = handler.steps().contains(HandlerStep.DROP_REF);
            }
            case FIND_ENTRY -> find();
            case FIND_IN_TWO_GENERATIONS -> findInTwoGenerations();
            case RUN_SITES -> b.call(Objects.requireNonNull(sites.code()));
            case ACT -> act();
            case DROP_REF -> {
                refs.drop(b);
                holds = false;
            }
            case RETURN ->
                b.act("handled", (core, local) -> listener.handled(core, local[site], true, local[next]))
                        .interruptReturn(costs.trapExitPs());
        }
    }

    private void find() {
        isFound = true;
        // both loads go out together: a line that comes for the first serves the second
        if (!hasVector && refs.vectorPointerAddress() != 0 && holds) {
            b.load("vec", vector, core -> refs.vectorPointerAddress(), 8, 0);
        } else if (!hasVector) {
            b.compute("vec", (core, local) -> local[vector] = KernelLayout.ARRAY);
        }
        if (!hasCount) {
            long nr = holds ? refs.countAddress() : KernelLayout.COUNT;
            b.load("nr", count, core -> nr, 4, costs.cachedReadPs());
        }
        search(1, "found", declined());
        b.label("found");
    }

    /** The array of this batch and the one of the batch before; either may be the newer. Nothing empties them. */
    private void findInTwoGenerations() {
        isFound = true;
        b.compute("vec", (core, local) -> local[vector] = KernelLayout.ARRAY)
                .load("nr", count, core -> TextPokeArray.countOf(KernelLayout.ARRAY), 4, 0);
        search(0, "found", "other-generation");
        b.label("other-generation")
                .compute("vec", (core, local) -> local[vector] = KernelLayout.SECOND_ARRAY)
                .load("nr", count, core -> TextPokeArray.countOf(KernelLayout.SECOND_ARRAY), 4, 0);
        search(0, "found", declined());
        b.label("found");
    }

    private void act() {
        if (!isFound && handler.response() != TrapHandler.Response.REWIND) {
            b.jumpIf("not one of its own", (core, local) -> sites.place(local[site]) == null, declined());
        }
        switch (handler.response()) {
            case REWIND -> b.compute("back to the site", (core, local) -> local[next] = local[site]);
            case SPIN ->
                b.awaitMemory(
                                "spin while INT3 stands",
                                core -> core.file()[site],
                                1,
                                text -> text != TextPokeLoc.INT3,
                                costs.spinPs())
                        .compute("back to the site", (core, local) -> local[next] = local[site]);
            case EMULATE_NEW, EMULATE_OLD, SKIP, JUMP -> emulate();
        }
        b.label("go-on").store("regs->ip", b.frame(RIP), 8, next);
    }

    private void emulate() {
        if (isFound) {
            b.load("tp->opcode", opcode, core -> core.file()[entry] + KernelLayout.ENTRY_OPCODE, 1, 0)
                    .load("tp->len", length, core -> core.file()[entry] + KernelLayout.ENTRY_LENGTH, 1, 0)
                    .load("tp->disp", displacement, core -> core.file()[entry] + KernelLayout.ENTRY_DISPLACEMENT, 4, 0);
        } else {
            b.compute("what it put there", (core, local) -> {
                TextPokeLoc place = Objects.requireNonNull(sites.place(local[site]));
                local[opcode] = place.foldedOpcode();
                local[length] = place.sizeBytes();
                local[displacement] = place.displacement();
            });
        }
        b.load("regs->sp", rsp, b.frame(RSP), 8, 0)
                .compute("ip = site + len", costs.emulatePs(), (core, local) -> {
                    local[next] = local[site] + local[length];
                    local[displacement] = (int) local[displacement];
                })
                .jumpIf("INT3: somebody else's", (core, local) -> local[opcode] == TextPokeLoc.INT3, declined())
                .jumpIf("CALL", (core, local) -> local[opcode] == Emulation.CALL, "call")
                .jumpIf("RET", (core, local) -> local[opcode] == Emulation.RET, "ret")
                .jumpIf(
                        "JMP",
                        (core, local) -> local[opcode] == Emulation.JMP32 || local[opcode] == Emulation.JMP8,
                        "jmp")
                .jumpIf("PUSH", (core, local) -> Emulation.isPush(local[opcode]), "push")
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
                .label("push")
                .compute("sp -= 8, the register", (core, local) -> {
                    int register = (int) local[opcode] - Emulation.PUSH;
                    local[value] = register == Core.RSP ? local[rsp] : core.register(register);
                    local[rsp] -= 8;
                })
                .store("*sp = register", core -> core.file()[rsp], 8, value)
                .store("regs->sp", b.frame(RSP), 8, rsp)
                .jump("jmp")
                .label("ret")
                .load("ip = *sp", next, core -> core.file()[rsp], 8, 0)
                .compute("sp += 8", (core, local) -> local[rsp] += 8)
                .store("regs->sp", b.frame(RSP), 8, rsp);
    }

    /**
     * Binary search if there are several entries, as bsearch() does; one comparison otherwise.
     *
     * @param least how many entries are compared all the same if there is none
     */
    private void search(int least, String found, String missing) {
        String search = "search-" + searches++;
        b.compute("search", (core, local) -> {
                    local[left] = 0;
                    local[right] = Math.max((int) local[count], least);
                })
                .label(search)
                .jumpIf("not in the array", (core, local) -> local[left] >= local[right], missing)
                .compute(
                        "middle",
                        (core, local) -> local[entry] =
                                local[vector] + (local[left] + local[right] >> 1) * KernelLayout.ENTRY_SIZE_BYTES)
                .load("tp->rel_addr", value, core -> core.file()[entry], 4, costs.searchProbePs())
                .jumpIf("found", (core, local) -> layout.stext() + (int) local[value] == local[site], found)
                .compute("half", (core, local) -> {
                    long middle = (local[entry] - local[vector]) / KernelLayout.ENTRY_SIZE_BYTES;
                    if (Long.compareUnsigned(local[site], layout.stext() + (int) local[value]) < 0) {
                        local[right] = middle;
                    } else {
                        local[left] = middle + 1;
                    }
                })
                .jump(search);
    }

    private static boolean holds(long flags, int condition) {
        Rflags saved = new Rflags();
        saved.setValue(flags);
        return saved.test(condition);
    }
}
