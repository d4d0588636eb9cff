package dev.pokesim.patcher.kernel;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * What the steps of a batch are built for.
 *
 * @param places what is patched; only for protocols that write without the array
 * @param coreCount cores of the machine
 * @param online which of them can be sent IPIs
 */
public record BatchContext(
        KernelLayout layout,
        Refs refs,
        KernelCosts costs,
        PatchListener listener,
        List<PatchPlace> places,
        int coreCount,
        IntPredicate online) {}
