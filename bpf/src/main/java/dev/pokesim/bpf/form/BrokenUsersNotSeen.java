package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} that does not look at the users of the map: their last one may have passed by. */
public final class BrokenUsersNotSeen extends CommandListAsync {
    @Override
    public String name() {
        return "broken-users-not-seen";
    }

    @Override
    public String description() {
        return "merged, but nobody looks at the users of the map after a new control block is published";
    }

    @Override
    protected void checkUsers(Routine.Builder b, int slot, int value, Routine cancelAndFree) {}
}
