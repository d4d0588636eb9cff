package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.patcher.kernel.KernelBug;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The allocator for any context, with shadow memory: a freed object is never handed out again, so every later access to it shows.
 * A run in time needs its memory again ({@link KernelMemory#mapForReuse}): there an object has {@value #INCARNATIONS} addresses, used
 * in turn, objects take turns as well, and shadow memory knows which address is the present one. So an access shows if it comes by an
 * address of the past, until the object was allocated {@value #INCARNATIONS} times more: memory tagging with four bits.
 * What is in a new object is undefined; here it reads as operation 0 and times of centuries.
 *
 * @see "Linux mm/slub.c, kmalloc_nolock(), kfree_nolock()"
 */
public final class NolockAllocator {
    private static final long POISON = 0x6b6b6b6b_00000000L;
    private static final int UNUSED = 0;
    private static final int LIVE = 1;
    private static final int FREED = 0xff;
    /** How many addresses an object has where memory is handed out again. */
    private static final int INCARNATIONS = 16;
    /** From one address of an object to its next. */
    private static final long WINDOW = 0x40000;
    /** Per cache, behind the shadow memory: how many objects there are, and where to look for the next one in turn. */
    private static final long COUNTS = KernelMemory.SHADOW + 0x2000;

    private static final long TURNS = COUNTS + 0x100;
    private static final List<Cache> CACHES = List.of(Cache.values());

    private NolockAllocator() {}

    /** What is allocated. */
    public enum Cache {
        /** struct bpf_hrtimer or struct bpf_work: a bpf_async_cb and what it controls. */
        CONTROL_BLOCK(0xffff888200000000L, 256, 64, 512),
        /** struct bpf_async_cmd. */
        COMMAND(0xffff888210000000L, 64, 256, 4096);

        private final long start;
        private final int sizeBytes;
        private final int count;
        private final int countForReuse;

        Cache(long start, int sizeBytes, int count, int countForReuse) {
            this.start = start;
            this.sizeBytes = sizeBytes;
            this.count = count;
            this.countForReuse = countForReuse;
        }

        /** Size of an object. */
        public int sizeBytes() {
            return sizeBytes;
        }

        private long countAt() {
            return COUNTS + 8L * ordinal();
        }

        private long turnAt() {
            return TURNS + 8L * ordinal();
        }

        private int count(AddressSpace memory) {
            return (int) memory.read(countAt(), 4);
        }

        /** The first address of an object. */
        public long object(int index) {
            return start + (long) index * sizeBytes;
        }

        /** Which object has an address inside, by its number. */
        public int indexOf(long address) {
            return (int) ((address - start) % WINDOW / sizeBytes);
        }

        /** The address that the object with {@code address} inside has where that one is meant. */
        public long around(long address) {
            return address - (address - start) % sizeBytes;
        }

        private int incarnationOf(long address) {
            return (int) ((address - start) / WINDOW);
        }

        private boolean holds(long address) {
            return Address.isWithin(address, start, INCARNATIONS * WINDOW);
        }

        private long shadow(long address) {
            return KernelMemory.SHADOW + ordinal() * 0x1000L + indexOf(address);
        }

        /** Whether the object that has an address inside is allocated now. */
        public boolean isLive(AddressSpace memory, long object) {
            return memory.read(shadow(object), 1) == LIVE + incarnationOf(object);
        }

        /** How many objects are allocated now. */
        public int liveCount(AddressSpace memory) {
            int live = 0;
            int all = count(memory);
            for (int i = 0; i < all; i++) {
                int state = (int) memory.read(shadow(object(i)), 1);
                live += state != UNUSED && state != FREED ? 1 : 0;
            }
            return live;
        }
    }

    static void map(AddressSpace memory) {
        for (Cache cache : CACHES) {
            memory.map(cache.start, (long) cache.count * cache.sizeBytes, Access.READ, Access.WRITE);
            memory.write(cache.countAt(), 4, cache.count, 0);
        }
    }

    static void mapForReuse(AddressSpace memory) {
        for (Cache cache : CACHES) {
            long size = (long) cache.countForReuse * cache.sizeBytes;
            memory.map(cache.start, size, Access.READ, Access.WRITE);
            memory.write(cache.countAt(), 4, cache.countForReuse, 0);
            for (int incarnation = 1; incarnation < INCARNATIONS; incarnation++) {
                for (long page = 0; page < size; page += Frame.SIZE_BYTES) {
                    memory.alias(
                            cache.start + incarnation * WINDOW + page, cache.start + page, Access.READ, Access.WRITE);
                }
            }
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
        b.act("kmalloc_nolock", kernel.costs().allocatePs(), (core, local) -> {
            boolean fails = kernel.allocationFails();
            local[result] = fails ? 0 : kernel.time() == null ? allocate(core, cache) : allocateAgain(core, cache);
        });
    }

    /** The next object in turn that is not allocated, at its next address; 0 if all are. */
    private static long allocateAgain(Core core, Cache cache) {
        AddressSpace memory = core.memory();
        int count = cache.count(memory);
        long turn = memory.read(cache.turnAt(), 8);
        for (int tried = 0; tried < count; tried++, turn++) {
            int incarnation = (int) (turn / count % INCARNATIONS);
            long object = cache.object((int) (turn % count)) + incarnation * WINDOW;
            int state = (int) memory.read(cache.shadow(object), 1);
            if (state == UNUSED || state == FREED) {
                memory.write(cache.turnAt(), 8, turn + 1, core.id());
                memory.write(cache.shadow(object), 1, LIVE + incarnation, core.id());
                poison(core, cache, object);
                return object;
            }
        }
        return 0;
    }

    private static void poison(Core core, Cache cache, long object) {
        for (int at = 0; at < cache.sizeBytes; at += Long.BYTES) {
            core.memory().write(object + at, Long.BYTES, POISON, core.id());
        }
    }

    private static long allocate(Core core, Cache cache) {
        AddressSpace memory = core.memory();
        for (int i = 0; i < cache.count; i++) {
            long object = cache.object(i);
            if (memory.read(cache.shadow(object), 1) == UNUSED) {
                memory.write(cache.shadow(object), 1, LIVE, core.id());
                poison(core, cache, object);
                return object;
            }
        }
        throw new KernelBug("core " + core.id() + " allocates more than " + cache.count
                + " objects in one run: it goes on for ever");
    }

    /**
     * Appends kfree_nolock().
     *
     * @param pointer variable with the address
     */
    public static void free(Routine.Builder b, Kernel kernel, Cache cache, int pointer) {
        // what is on its way into the object gets there before its next owner's stores; nobody asks how
        b.fence().act("kfree_nolock", kernel.costs().allocatePs(), (core, local) -> {
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
