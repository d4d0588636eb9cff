package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import java.util.Arrays;
import java.util.List;

/**
 * Where a kernel keeps its array of places to patch, for whoever watches it.
 *
 * @param entries address of the first of the 16-byte entries
 * @param sizeBytes of all entries
 * @param count address of the 32-bit number of entries
 * @param counters addresses of the 32-bit reference counts: one, or one a core
 * @param onStack whether the only count is on the patcher's stack, and somebody else's memory between batches
 */
public record PokeArray(long entries, int sizeBytes, long count, List<Long> counters, boolean onStack) {
    public PokeArray {
        counters = List.copyOf(counters);
    }

    /** That of the kernel whose parts are routines. */
    public static PokeArray of(Refs refs, KernelLayout layout) {
        return new PokeArray(
                KernelLayout.ARRAY,
                KernelLayout.MAX_ENTRIES * KernelLayout.ENTRY_SIZE_BYTES,
                KernelLayout.COUNT,
                Arrays.stream(refs.counters(layout)).boxed().toList(),
                refs.isOnStack());
    }

    /** One that stays where it is. */
    public PokeArray(long entries, int sizeBytes, long count, List<Long> counters) {
        this(entries, sizeBytes, count, counters, false);
    }

    /** The address of a counter that is not 0 in memory; 0 if all are: no array is published and nobody reads one. */
    public long held(AddressSpace memory) {
        for (long counter : counters) {
            if (memory.read(counter, Integer.BYTES) != 0) {
                return counter;
            }
        }
        return 0;
    }

    /** Whether a byte is one that handlers read: of the count, or of an entry but for the old byte that only the patcher uses. */
    public boolean isReadByHandlers(long address) {
        return Address.isWithin(address, count, Integer.BYTES)
                || Address.isWithin(address, entries, sizeBytes)
                        && (address - entries) % KernelLayout.ENTRY_SIZE_BYTES != KernelLayout.ENTRY_OLD;
    }
}
