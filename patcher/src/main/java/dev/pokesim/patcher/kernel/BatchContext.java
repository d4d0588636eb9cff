package dev.pokesim.patcher.kernel;

import java.util.List;

/**
 * What the steps of a batch are built for.
 *
 * @param places what is patched, in the order of the array; empty if that is known only when the array is filled
 * @param array address of the first entry; the count follows the array
 * @param generations 1, or 2 if handlers find the batch before as well, in an array of its own
 * @param coreCount cores of the machine
 * @param online how it is known which of them can be sent IPIs
 * @param underMutex whether the patcher holds text_mutex meanwhile
 */
public record BatchContext(
        KernelLayout layout,
        Refs refs,
        KernelCosts costs,
        PatchListener listener,
        List<PatchPlace> places,
        long array,
        int generations,
        int coreCount,
        OnlineCores online,
        boolean underMutex) {
    /**
     * The same for one batch whose places are known beforehand.
     *
     * @param array address of the first entry
     */
    public BatchContext ofBatch(List<PatchPlace> batch, long array, int generations) {
        return new BatchContext(
                layout, refs, costs, listener, batch, array, generations, coreCount, online, underMutex);
    }

    /** The same for a patcher that does not take text_mutex. */
    public BatchContext withoutMutex() {
        return new BatchContext(layout, refs, costs, listener, places, array, generations, coreCount, online, false);
    }

    /** Whether handlers are not to find the places any more when the batch is done; where there are two arrays, they are. */
    public boolean forgetsBatch() {
        return generations == 1;
    }

    /** Whether the new text of the place in an entry does not fit there. */
    public boolean isLong(long index) {
        return index < places.size()
                && TextPokeLoc.isLong(places.get((int) index).newText());
    }
}
