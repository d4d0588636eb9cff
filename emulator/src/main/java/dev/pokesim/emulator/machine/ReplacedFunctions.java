package dev.pokesim.emulator.machine;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Guest functions that routines stand in for. A core that comes to the first byte of one in guest code enters the routine instead of
 * fetching there; the routine ends with {@link Routine.Builder#returnToCaller}. A single instruction can be replaced as well, by a routine
 * that ends with {@link Routine.Builder#goOnAt}.
 */
public final class ReplacedFunctions {
    /** None. */
    public static final ReplacedFunctions NONE = new ReplacedFunctions(Map.of());

    private final long[] addresses;
    private final Routine[] routines;

    /**
     * @param byAddress of its first byte
     */
    public ReplacedFunctions(Map<Long, Routine> byAddress) {
        TreeMap<Long, Routine> sorted = new TreeMap<>(byAddress);
        addresses = sorted.keySet().stream().mapToLong(Long::longValue).toArray();
        routines = sorted.values().toArray(Routine[]::new);
    }

    /** What stands in for the function that begins at an address; null if none does. */
    @Nullable
    Routine at(long address) {
        if (addresses.length == 0) {
            return null;
        }
        int index = Arrays.binarySearch(addresses, address);
        return index < 0 ? null : routines[index];
    }

    /** All, by address. */
    List<Routine> routines() {
        return List.of(routines);
    }
}
