package dev.pokesim.patcher.protocol;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.TrapHandler;
import java.util.List;

/** A way to patch a batch of places while other cores run through them. */
public interface PatchProtocol {
    /** As users write it. */
    String name();

    /** One sentence: what it is, or what is wrong with it. */
    String description();

    /** The steps, in order. */
    List<PatchStep> steps();

    /** What the INT3 handler does. */
    default TrapHandler handler() {
        return TrapHandler.KERNEL;
    }

    /** Instructions that may be executed at a place besides its old and its new text, each with its own bytes only. */
    default List<InstructionBytes> intermediates() {
        return List.of();
    }

    /** Whether no core can ever execute a wrong instruction under it. */
    default boolean isSafe() {
        return true;
    }
}
