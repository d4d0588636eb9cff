package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The allocator for any context, with shadow memory: a freed object is never handed out again, so every later access to it shows.
 * What is in a new object is undefined; here it reads as operation 0 and times of centuries.
 *
 * @see "Linux mm/slub.c, kmalloc_nolock(), kfree_nolock()"
 */
public final class NolockAllocator {
    private static final long POISON = 0x6b6b6b6b_00000000L;
    private static final int UNUSED = 0;
    private static final int LIVE = 1;
    private static final int FREED = 2;
    private static final List<Cache> CACHES = List.of(Cache.values());

    private NolockAllocator() {}

    /** What is allocated. */
    public enum Cache {
        /** struct bpf_hrtimer or struct bpf_work: a bpf_async_cb and what it controls. */
        CONTROL_BLOCK(0xffff888200000000L, 256, 64),
        /** struct bpf_async_cmd. */
        COMMAND(0xffff888210000000L, 64, 256);

        private final long start;
        private final int sizeBytes;
        private final int count;

        Cache(long start, int sizeBytes, int count) {
            this.start = start;
            this.sizeBytes = sizeBytes;
            this.count = count;
        }

        long start() {
            return start;
        }

        /** Size of an object. */
        public int sizeBytes() {
            return sizeBytes;
        }

        int count() {
            return count;
        }

        /** The address of an object. */
        public long object(int index) {
            return start + (long) index * sizeBytes;
        }

        /** Which object has an address inside, by its number. */
        public int indexOf(long address) {
            return (int) ((address - start) / sizeBytes);
        }

        private boolean holds(long address) {
            return Address.isWithin(address, start, (long) count * sizeBytes);
        }

        private long shadow(long address) {
            return KernelMemory.SHADOW + ordinal() * 0x1000L + indexOf(address);
        }

        /** Whether the object that has an address inside is allocated now. */
        public boolean isLive(AddressSpace memory, long object) {
            return memory.read(shadow(object), 1) == LIVE;
        }

        /** How many objects are allocated now. */
        public int liveCount(AddressSpace memory) {
            int live = 0;
            for (int i = 0; i < count; i++) {
                live += isLive(memory, object(i)) ? 1 : 0;
            }
            return live;
        }
    }

    /** Where an address was allocated; null if nowhere. */
    public static @Nullable Cache cacheOf(long address) {
        for (Cache cache : CACHES) {
            if (cache.holds(address)) {
                return cache;
            }
        }
        return null;
    }

    /** Whether an address lies in memory of the allocator that nobody owns: freed, or never allocated. */
    public static boolean isDead(AddressSpace memory, long address) {
        Cache cache = cacheOf(address);
        return cache != null && !cache.isLive(memory, address);
    }

    /**
     * Appends kmalloc_nolock().
     *
     * @param result variable that gets the address; 0 for failure
     */
    public static void allocate(Routine.Builder b, Kernel kernel, Cache cache, int result) {
        b.act("kmalloc_nolock", (core, local) -> {
            boolean fails = kernel.allocationsMayFail() && kernel.chooser().choose(2) == 1;
            local[result] = fails ? 0 : allocate(core, cache);
        });
    }

    private static long allocate(Core core, Cache cache) {
        AddressSpace memory = core.memory();
        for (int i = 0; i < cache.count; i++) {
            long object = cache.object(i);
            if (memory.read(cache.shadow(object), 1) == UNUSED) {
                memory.write(cache.shadow(object), 1, LIVE, core.id());
                for (int at = 0; at < cache.sizeBytes; at += Long.BYTES) {
                    memory.write(object + at, Long.BYTES, POISON, core.id());
                }
                return object;
            }
        }
        throw new IllegalStateException("more than " + cache.count + " objects of " + cache + " in one run");
    }

    /**
     * Appends kfree_nolock().
     *
     * @param pointer variable with the address
     */
    public static void free(Routine.Builder b, Kernel kernel, Cache cache, int pointer) {
        // what is on its way into the object gets there before its next owner's stores; nobody asks how
        b.fence().act("kfree_nolock", (core, local) -> {
            AddressSpace memory = core.memory();
            long object = local[pointer];
            if (!cache.isLive(memory, object)) {
                kernel.listener().freedTwice(core, object);
                return;
            }
            kernel.listener().freeing(core, cache, object);
            memory.write(cache.shadow(object), 1, FREED, core.id());
            for (int at = 0; at < cache.sizeBytes; at += Long.BYTES) {
                memory.write(object + at, Long.BYTES, 0, core.id());
            }
        });
    }
}
