package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/**
 * Completes everything before it and fetches anew after it: CPUID, SERIALIZE, MOV to CR, sync_core().
 *
 * @see "Intel SDM vol. 3A, Serializing Instructions"
 */
public final class Serialise extends MicroOp {
    private static final long AS_AN_INSTRUCTION = -1;
    private final long costPs;

    /** As an instruction: it costs what the machine profile says. */
    public Serialise() {
        this(AS_AN_INSTRUCTION);
    }

    /** As a part of something whose cost is known. @param costPs in picoseconds */
    public Serialise(long costPs) {
        this.costPs = costPs;
    }

    /** Whether it costs what the machine profile says for a serialising instruction. */
    public boolean isInstruction() {
        return costPs == AS_AN_INSTRUCTION;
    }

    @Override
    public long costPs() {
        return isInstruction() ? 0 : costPs;
    }

    @Override
    public void execute(Core core) {
        core.serialise();
    }

    @Override
    public boolean drainsStores() {
        return true;
    }

    @Override
    public String toString() {
        return "serialise";
    }
}
