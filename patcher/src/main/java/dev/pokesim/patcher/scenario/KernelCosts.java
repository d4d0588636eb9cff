package dev.pokesim.patcher.scenario;

import dev.pokesim.emulator.coherence.MachineProfileReader;
import java.util.List;

/** Names of the times in a machine profile that only the kernel's routines take; for {@code MachineProfile.ps}. */
public final class KernelCosts {
    /**
     * One {@code text_poke()}: temporary mm, copy, TLB flush. Source: Linux arch/x86/kernel/alternative.c,
     * __text_poke().
     */
    public static final String TEXT_POKE = "text-poke";

    /** One probe of the handler's binary search. Source: Linux arch/x86/kernel/alternative.c, poke_int3_handler(). */
    public static final String SEARCH_PROBE = "search-probe";

    /** Emulating the instruction of the entry that was found. Source: as {@link #SEARCH_PROBE}. */
    public static final String EMULATE_INSTRUCTION = "emulate-instruction";

    private KernelCosts() {}

    /** A reader of profiles that have these costs; the one for every use with a kernel. */
    public static MachineProfileReader profileReader() {
        return new MachineProfileReader(List.of(TEXT_POKE, SEARCH_PROBE, EMULATE_INSTRUCTION));
    }
}
