package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.Refcount;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;

/**
 * The map whose values have the timers: it counts its users, which are file descriptors and pins. Programs that use it count elsewhere.
 *
 * @see "Linux kernel/bpf/syscall.c, bpf_map_put_uref(); kernel/bpf/arraymap.c, array_map_free_timers_wq()"
 */
public final class BpfMap {
    private BpfMap() {}

    /** Gives it its first user. */
    public static void setUp(AddressSpace memory) {
        memory.write(KernelMemory.MAP_USERS, 4, 1, 0);
    }

    /** Whether anybody uses it, to one who can stop the world. */
    public static boolean hasUsers(AddressSpace memory) {
        return memory.read(KernelMemory.MAP_USERS, 4) != 0;
    }

    /** Appends the load of the count. */
    static void loadUsers(Routine.Builder b, int users) {
        b.load("map->usercnt", users, KernelMemory.at(KernelMemory.MAP_USERS), 4, 0);
    }

    /** bpf_map_put_uref(): the last user ends every timer of the map. */
    public static Routine putUser(Kernel kernel, Routine cancelAndFree, int slots) {
        Routine.Builder b = Routine.named("bpf_map_put_uref");
        int isZero = b.local();
        int slot = b.local();
        int argument = b.local();
        Refcount.decrementAndTest(b, kernel, "map->usercnt", KernelMemory.at(KernelMemory.MAP_USERS), isZero);
        b.jumpIf("(not the last?)", (core, local) -> local[isZero] == 0, "out");
        for (int i = 0; i < slots; i++) {
            int number = i;
            b.compute("(value " + number + ")", (core, local) -> local[slot] = KernelMemory.slot(number))
                    .call(cancelAndFree, slot, argument);
        }
        return b.label("out").ret().build();
    }
}
