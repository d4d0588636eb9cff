package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/**
 * Completes everything before it and fetches anew after it: CPUID, SERIALIZE, MOV to CR, sync_core().
 *
 * @see "Intel SDM vol. 3A, Serializing Instructions"
 */
public final class Serialise extends MicroOp {
    private static final long AS_AN_INSTRUCTION = -1;
    private final boolean isInstruction;

    /** As an instruction: it costs what the machine profile says. */
    public Serialise() {
        this(AS_AN_INSTRUCTION);
    }

    /**
     * As a part of something whose cost is known.
     *
     * @param costPs in picoseconds
     */
    public Serialise(long costPs) {
        super(Memory.NONE, true, costPs == AS_AN_INSTRUCTION ? 0 : costPs);
        isInstruction = costPs == AS_AN_INSTRUCTION;
    }

    /** Whether it costs what the machine profile says for a serialising instruction. */
    public boolean isInstruction() {
        return isInstruction;
    }

    @Override
    public void execute(Core core) {
        core.serialise();
    }

    @Override
    public String toString() {
        return "serialise";
    }
}
