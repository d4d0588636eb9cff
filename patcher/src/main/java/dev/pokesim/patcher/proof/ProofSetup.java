package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.PatchProtocol;
import java.util.List;

/**
 * What is to be proved.
 *
 * @param batches the places of each batch, by address, at most 256; a later batch may patch the same places again
 * @param cores 2 to 4096 with the patcher's, which is core 0 and executes no site
 * @param perCoreRefs whether each core has a reference count of its own, rather than all one
 * @param handler what the INT3 handler does
 * @param fetchMode how far fetches may lag
 */
public record ProofSetup(
        PatchProtocol protocol,
        List<List<TextPokeLoc>> batches,
        int cores,
        boolean perCoreRefs,
        List<HandlerStep> handler,
        FetchMode fetchMode) {
    /** The most cores that a proof takes. */
    public static final int MAX_CORES = 4096;

    public ProofSetup {
        batches = batches.stream().map(List::copyOf).toList();
        handler = List.copyOf(handler);
        if (cores < 2 || cores > MAX_CORES) {
            throw new IllegalArgumentException("2 to " + MAX_CORES + " cores, not " + cores);
        }
        if (batches.isEmpty() || batches.stream().anyMatch(List::isEmpty)) {
            throw new IllegalArgumentException("a batch without a place");
        }
    }
}
