package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.site.Segment;
import java.util.List;

/**
 * Which memory of a guest kernel belongs to one core while core 0 patches and the others execute functions with sites: to each core
 * its per-CPU area, task and stack; to core 0 the kernel's data, but for what handlers look at. An exploration checks every access
 * against it.
 */
public final class MemoryOwners {
    /** Nobody alone. */
    public static final int NOBODY = GuestLayout.NO_CORE;

    private static final int PATCHER = 0;

    private final long[] starts;
    private final long[] lasts;
    private final long constantsStart;
    private final long constantsBytes;
    private final long descriptor;
    private final int descriptorBytes;
    private final PokeArray array;
    private final long refs;

    /**
     * @param image what is mapped of the kernel itself
     * @param constantsStart the first byte of text; constants follow it
     * @param constantsEnd behind both
     * @param descriptor bp_desc: where the array is, its size, the reference count
     */
    MemoryOwners(
            List<Segment> image,
            long constantsStart,
            long constantsEnd,
            long descriptor,
            int descriptorBytes,
            PokeArray array) {
        starts = image.stream().mapToLong(Segment::address).toArray();
        lasts = image.stream().mapToLong(Segment::lastAddress).toArray();
        this.constantsStart = constantsStart;
        constantsBytes = constantsEnd - constantsStart;
        this.descriptor = descriptor;
        this.descriptorBytes = descriptorBytes;
        this.array = array;
        refs = array.counters().get(0);
    }

    /** The only core that touches some memory, or {@link #NOBODY}. */
    public int owner(long address) {
        int core = GuestLayout.coreOf(address);
        return core == NOBODY
                        && isOfImage(address)
                        && !Address.isWithin(address, constantsStart, constantsBytes)
                        && !Address.isWithin(address, descriptor, descriptorBytes)
                        && !array.isReadByHandlers(address)
                ? PATCHER
                : core;
    }

    /** The only core that writes some memory, or {@link #NOBODY}: of the reference count. */
    public int writer(long address) {
        int core = GuestLayout.coreOf(address);
        return core != NOBODY ? core : Address.isWithin(address, refs, Integer.BYTES) ? NOBODY : PATCHER;
    }

    private boolean isOfImage(long address) {
        for (int i = 0; i < starts.length; i++) {
            if (Long.compareUnsigned(address, starts[i]) >= 0 && Long.compareUnsigned(address, lasts[i]) <= 0) {
                return true;
            }
        }
        return false;
    }
}
