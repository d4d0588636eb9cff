package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.coherence.LineTransfer;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.machine.MachineObserver;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.List;

/** Is told what a patcher and the INT3 handlers do, besides what the machine does. Must not change anything. */
public interface PatchListener extends MachineObserver {
    /** Whether it wants {@link #written} and {@link #updated}, which come by the million. */
    default boolean wantsMemory() {
        return false;
    }

    /** Whether it wants {@link #retired}, which comes once an instruction. */
    default boolean wantsInstructions() {
        return false;
    }

    /** Whether it wants {@link #arrived}, of which a storm has millions. */
    default boolean wantsTransfers() {
        return false;
    }

    /** A cache line came to a core; only in a run in simulated time, and only if it {@link #wantsTransfers}. */
    default void arrived(Core core, LineTransfer transfer) {}

    /**
     * A core fetched an instruction that has bytes of a site.
     *
     * @param site the place it overlaps; its plan, whether it was patched yet or not
     */
    default void fetchedSite(Core core, Decoded instruction, TextPokeLoc site) {}

    /**
     * A core at RIP, in a site, fetched bytes that it cannot execute.
     *
     * @param reason why, with the bytes
     */
    default void failedAtSite(Core core, String reason, TextPokeLoc site) {}

    /**
     * A batch begins.
     *
     * @param entries how many are queued
     */
    default void batchStarted(Core patcher, int entries) {}

    /**
     * The batch that has begun consists of places that were known beforehand.
     *
     * @param places in the order of the array
     */
    default void batchIs(Core patcher, List<PatchPlace> places) {}

    /** A step of the protocol begins; see {@code PatchStep}. */
    default void stepStarted(Core patcher, String step) {}

    /** The batch is done; the array is empty again. */
    default void batchFinished(Core patcher) {}

    /** Text was written and the patching core sees it. */
    default void poked(Core patcher, long address, int sizeBytes) {}

    /**
     * The record for perf: what a decoder of traces needs to follow the text.
     *
     * @see "Linux kernel/events/core.c, perf_event_text_poke()"
     */
    default void textPokeRecord(Core patcher, long address, InstructionBytes oldText, InstructionBytes newText) {}

    /** The patcher gives the array up and finds that a handler still holds a reference. */
    default void awaitsRefs(Core patcher) {}

    /**
     * An INT3 handler decided.
     *
     * @param claimed whether the site is in the array and was acted for; RIP is in {@code resumeAt}
     */
    default void handled(Core core, long site, boolean claimed, long resumeAt) {}
}
