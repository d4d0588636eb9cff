package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.PatchProtocol;
import java.util.ArrayList;
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

    /** How many places all batches have together. */
    public int placeCount() {
        return batches.stream().mapToInt(List::size).sum();
    }

    /** The same with another fetch mode. */
    public ProofSetup withFetchMode(FetchMode mode) {
        return new ProofSetup(protocol, batches, cores, perCoreRefs, handler, mode);
    }

    /** The same with other batches. */
    public ProofSetup withBatches(List<List<TextPokeLoc>> others) {
        return new ProofSetup(protocol, others, cores, perCoreRefs, handler, fetchMode);
    }

    /** The same with another number of cores. */
    public ProofSetup withCores(int count) {
        return new ProofSetup(protocol, batches, count, perCoreRefs, handler, fetchMode);
    }

    /**
     * Batches as a patcher makes them when it queues places one after the other: a batch ends when it is full, or when the next
     * place has a lower address.
     */
    public static List<List<TextPokeLoc>> batches(List<TextPokeLoc> places) {
        List<List<TextPokeLoc>> batches = new ArrayList<>();
        List<TextPokeLoc> batch = new ArrayList<>();
        for (TextPokeLoc place : places) {
            boolean isFull = batch.size() == KernelLayout.MAX_ENTRIES;
            boolean isLower = !batch.isEmpty()
                    && Long.compareUnsigned(batch.get(batch.size() - 1).address(), place.address()) > 0;
            if (isFull || isLower) {
                batches.add(batch);
                batch = new ArrayList<>();
            }
            batch.add(place);
        }
        batches.add(batch);
        return batches;
    }

    /** The way there and back, again and again: {@code rounds} times all batches, old and new text exchanged every other time. */
    public static List<List<TextPokeLoc>> thereAndBack(List<List<TextPokeLoc>> batches, int rounds) {
        List<List<TextPokeLoc>> all = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            boolean isBack = round % 2 == 1;
            for (List<TextPokeLoc> batch : batches) {
                all.add(
                        isBack
                                ? batch.stream()
                                        .map(place -> TextPokeLoc.of(place.address(), place.newText(), place.oldText()))
                                        .toList()
                                : batch);
            }
        }
        return all;
    }
}
