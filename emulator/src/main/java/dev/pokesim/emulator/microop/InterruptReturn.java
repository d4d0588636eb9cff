package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;

/**
 * The last step of IRET, after the frame was loaded: registers change, NMIs are possible again, the core has serialised. A
 * routine's IRET also goes back to what was interrupted.
 *
 * @see "Intel SDM vol. 2A, IRET/IRETD/IRETQ"
 */
public final class InterruptReturn extends MicroOp {
    private final int ripSlot;
    private final int flagsSlot;
    private final int rspSlot;
    private final boolean ofRoutine;
    private final boolean serialises;

    private InterruptReturn(
            int ripSlot, int flagsSlot, int rspSlot, boolean ofRoutine, boolean serialises, long costPs) {
        super(Memory.NONE, true, costPs);
        this.ripSlot = ripSlot;
        this.flagsSlot = flagsSlot;
        this.rspSlot = rspSlot;
        this.ofRoutine = ofRoutine;
        this.serialises = serialises;
    }

    /** IRETQ as an instruction; the slots hold what was loaded from the frame. */
    public static InterruptReturn ofInstruction(int ripSlot, int flagsSlot, int rspSlot) {
        return new InterruptReturn(ripSlot, flagsSlot, rspSlot, false, true, 0);
    }

    /**
     * The end of a routine that was entered by an interrupt or exception.
     *
     * @param costPs what leaving costs
     */
    public static InterruptReturn ofRoutine(int ripSlot, int flagsSlot, int rspSlot, long costPs) {
        return new InterruptReturn(ripSlot, flagsSlot, rspSlot, true, true, costPs);
    }

    /**
     * As {@link #ofRoutine}, but the core goes on fetching what it fetched before: an emulator that keeps its translations.
     * No processor does this.
     */
    public static InterruptReturn keepingText(int ripSlot, int flagsSlot, int rspSlot, long costPs) {
        return new InterruptReturn(ripSlot, flagsSlot, rspSlot, true, false, costPs);
    }

    /** Whether the core fetches anew after it. */
    public boolean serialises() {
        return serialises;
    }

    @Override
    public void execute(Core core) {
        long[] file = core.file();
        long rip = file[ripSlot];
        long flags = file[flagsSlot];
        long rsp = file[rspSlot];
        if (ofRoutine) {
            core.resume();
            core.setRip(rip);
        } else {
            core.setNextRip(rip);
        }
        core.flags().setValue(flags & 0xffffffffL | Rflags.RESERVED);
        core.setRegister(Core.RSP, rsp);
        core.setNmiBlocked(false);
        if (serialises) {
            core.serialise();
        }
    }

    @Override
    public String toString() {
        return serialises ? "iret" : "iret, keeping translations";
    }
}
