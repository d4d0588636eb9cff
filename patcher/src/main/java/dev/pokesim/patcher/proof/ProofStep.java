package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.memory.InstructionBytes;
import org.jspecify.annotations.Nullable;

/**
 * One step of an interleaving, of one core.
 *
 * @param core who takes it; the patcher is core 0
 * @param action what it does, as schedules write it: {@code write 0 +0 cc}, {@code sync.send}, {@code ack}, {@code trap 0},
 *     {@code take}, {@code iret}, {@code fetch 0 eb 90}
 */
public record ProofStep(int core, String action) {
    /** The patcher's core. */
    public static final int PATCHER = 0;

    /** A core executes a site and sees these bytes; null if what happens is no instruction. */
    static ProofStep fetch(int core, int site, @Nullable InstructionBytes bytes) {
        return new ProofStep(core, "fetch " + site + (bytes == null ? "" : " " + bytes));
    }

    /** Who takes it, as schedules write it. */
    public String actor() {
        return core == PATCHER ? "P" : "C" + core;
    }

    @Override
    public String toString() {
        return actor() + " " + action;
    }
}
