package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} whose store of the new control block may wait in the buffer while the users of the map are looked at. */
public final class BrokenUsersSeenEarly extends CommandListAsync {
    @Override
    public String name() {
        return "broken-users-seen-early";
    }

    @Override
    public String description() {
        return "merged, but a new control block is stored into its map value, without a barrier before the users of the map are counted";
    }

    @Override
    protected void publish(Routine.Builder b, int slot, int found, int cb, int success) {
        b.store("slot = cb", KernelMemory.field(slot, 0), 8, cb)
                .compute("(published)", (core, local) -> local[success] = 1);
    }

    @Override
    protected void checkUsers(Routine.Builder b, int slot, int value, Routine cancelAndFree) {
        AsyncCb.checkUsers(b, slot, value, cancelAndFree);
    }
}
