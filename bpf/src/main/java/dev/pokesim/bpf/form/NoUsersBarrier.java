package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} without that barrier alone: equal on x86, because the compare-and-exchange before it is one. */
public final class NoUsersBarrier extends CommandListAsync {
    @Override
    public String name() {
        return "merged-no-users-barrier";
    }

    @Override
    public String description() {
        return "merged, but without a barrier before the users of the map are counted";
    }

    @Override
    protected void checkUsers(Routine.Builder b, int slot, int value, Routine cancelAndFree) {
        AsyncCb.checkUsers(b, slot, value, cancelAndFree);
    }
}
