package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.emulator.microop.LockedUpdate;

/**
 * A list that many add to and that is taken as a whole, newest first. The link is the first word of a node.
 *
 * @see "Linux include/linux/llist.h; lib/llist.c"
 */
public final class Llist {
    private Llist() {}

    /**
     * Appends llist_add().
     *
     * @param node variable with the address of the node, which nobody else looks at yet
     * @param wasEmpty variable that becomes 1 or 0
     */
    public static void add(Routine.Builder b, String name, int node, AddressOf head, int wasEmpty) {
        int first = b.local();
        int success = b.local();
        String again = name + "-add-again-" + first;
        b.load(name + ": first", first, head, 8, 0)
                .label(again)
                .store(name + ": node->next = first", KernelMemory.field(node, 0), 8, first)
                .compute("(was it empty)", (core, local) -> local[wasEmpty] = local[first] == 0 ? 1 : 0)
                .compareAndExchange(name + ": cmpxchg", head, 8, first, (core, local) -> local[node], success)
                .jumpIf("(changed: again?)", (core, local) -> local[success] == 0, again)
                .compute("(added)", (core, local) -> local[first] = 0);
    }

    /**
     * Appends llist_del_all().
     *
     * @param list variable that gets the newest node; 0 if there is none
     */
    public static void takeAll(Routine.Builder b, String name, AddressOf head, int list) {
        exchange(b, name + ": xchg 0", head, (core, local) -> 0, list);
    }

    /** Appends xchg(). */
    public static void exchange(
            Routine.Builder b, String text, AddressOf address, Routine.Value replacement, int previous) {
        b.then(new LockedUpdate(address, 8) {
            @Override
            protected long update(Core core, long old) {
                long stored = replacement.of(core, core.file());
                core.file()[previous] = old;
                core.setUpdateFailed(false);
                return stored;
            }

            @Override
            public String toString() {
                return text;
            }
        });
    }
}
