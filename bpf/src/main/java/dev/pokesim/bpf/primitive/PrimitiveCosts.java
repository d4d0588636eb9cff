package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.coherence.MachineProfile;

/**
 * What primitives cost beyond their locked operations, stores and lines, in picoseconds. Loads that hit are part of the instructions
 * around them.
 *
 * @param interruptEntryPs from the delivery of an interrupt or NMI to the handler's first step
 * @param interruptExitPs from the handler's last step through IRET
 * @param acknowledgePs what an IPI or clock interrupt costs its handler
 * @param allocatePs kmalloc_nolock() or kfree_nolock() from a list of this CPU
 * @param clockPs programming the clock
 * @param spinPs one round of a spin loop
 * @param wakeUpPs how often the threads for grace periods and works look whether there is something to do
 */
public record PrimitiveCosts(
        long interruptEntryPs,
        long interruptExitPs,
        long acknowledgePs,
        long allocatePs,
        long clockPs,
        long spinPs,
        long wakeUpPs) {
    /** Assumption: the fast path of the allocator in instructions. */
    private static final int ALLOCATE_INSTRUCTIONS = 60;
    /** Assumption: clockevents_program_event() and a write of the deadline register in instructions. */
    private static final int CLOCK_INSTRUCTIONS = 120;
    /** Assumption: 5 us; grace periods of a kernel take milliseconds, which no short run would see the end of. */
    private static final long WAKE_UP_PS = 5_000_000;

    /** Without time. */
    static final PrimitiveCosts NONE = new PrimitiveCosts(0, 0, 0, 0, 0, 0, 0);

    /** As a profile has them, and where it has none, as many instructions as assumed here. */
    public static PrimitiveCosts of(MachineProfile profile) {
        return new PrimitiveCosts(
                profile.trapEntryPs(),
                profile.trapExitPs(),
                profile.ipiHandlerPs(),
                ALLOCATE_INSTRUCTIONS * profile.guestInstructionPs(),
                CLOCK_INSTRUCTIONS * profile.guestInstructionPs(),
                profile.retryGapPs(),
                WAKE_UP_PS);
    }
}
