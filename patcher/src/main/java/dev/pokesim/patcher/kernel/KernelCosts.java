package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.coherence.MachineProfile;
import dev.pokesim.emulator.coherence.MachineProfileReader;
import java.util.List;

/**
 * What the kernel's steps cost beyond their memory accesses, in picoseconds.
 *
 * @param trapEntryPs from INT3 to the handler's first step
 * @param trapExitPs from the handler's last step through IRET
 * @param cachedReadPs a load that hits
 * @param searchProbePs one probe of the binary search
 * @param emulatePs acting as the replaced instruction
 * @param textPokePs one call of __text_poke(): private mapping, two switches of address space, local TLB flush
 * @param ipiHandlerPs handling a function-call interrupt, sync_core() included
 * @param spinPs one round of a spin loop
 * @param nextCpuPs one round of for_each_possible_cpu(): find_next_bit() is about a dozen instructions
 */
public record KernelCosts(
        long trapEntryPs,
        long trapExitPs,
        long cachedReadPs,
        long searchProbePs,
        long emulatePs,
        long textPokePs,
        long ipiHandlerPs,
        long spinPs,
        long nextCpuPs) {
    private static final int NEXT_CPU_INSTRUCTIONS = 12;
    static final String TEXT_POKE = "text-poke";
    static final String SEARCH_PROBE = "search-probe";
    static final String EMULATE_INSTRUCTION = "emulate-instruction";

    /** For a machine without time. */
    public static final KernelCosts NONE = new KernelCosts(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** A reader of profiles that have these costs; the one for every use with a kernel. */
    public static MachineProfileReader profileReader() {
        return new MachineProfileReader(List.of(TEXT_POKE, SEARCH_PROBE, EMULATE_INSTRUCTION));
    }

    /**
     * As a profile has them.
     *
     * @throws IllegalArgumentException if it lacks one that this kernel needs
     */
    public static KernelCosts of(MachineProfile profile) {
        return new KernelCosts(
                profile.trapEntryPs(),
                profile.trapExitPs(),
                profile.cachedReadPs(),
                profile.ps(SEARCH_PROBE),
                profile.ps(EMULATE_INSTRUCTION),
                profile.ps(TEXT_POKE),
                profile.ipiHandlerPs(),
                profile.retryGapPs(),
                NEXT_CPU_INSTRUCTIONS * profile.guestInstructionPs());
    }
}
