package dev.pokesim.patcher.kernel;

import java.util.function.IntPredicate;

/**
 * What the steps of a batch are built for.
 *
 * @param coreCount cores of the machine
 * @param online which of them can be sent IPIs
 */
public record BatchContext(
        KernelLayout layout,
        Refs refs,
        KernelCosts costs,
        PatchListener listener,
        int coreCount,
        IntPredicate online) {}
