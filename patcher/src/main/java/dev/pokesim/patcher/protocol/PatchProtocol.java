package dev.pokesim.patcher.protocol;

import java.util.List;

/** A way to patch a batch of places while other cores run through them. */
public interface PatchProtocol {
    /** As users write it. */
    String name();

    /** One sentence: what it is, or what is wrong with it. */
    String description();

    /** The steps, in order. */
    List<PatchStep> steps();

    /** Whether no core can ever execute a wrong instruction under it. */
    default boolean isSafe() {
        return true;
    }
}
