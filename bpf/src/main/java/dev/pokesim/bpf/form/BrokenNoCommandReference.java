package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} whose commands have no reference: the block may be gone when the interrupt comes for them. */
public final class BrokenNoCommandReference extends CommandListAsync {
    @Override
    public String name() {
        return "broken-no-command-reference";
    }

    @Override
    public String description() {
        return "merged, but a deferred command holds no reference to its timer";
    }

    @Override
    protected void afterDeferring(Routine.Builder b, Routine put, int cb) {
        b.call(put, cb);
    }

    @Override
    protected void afterCommand(Routine.Builder b, Routine put, int cb) {}
}
