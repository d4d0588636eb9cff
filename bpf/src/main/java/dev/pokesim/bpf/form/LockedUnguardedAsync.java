package dev.pokesim.bpf.form;

import dev.pokesim.emulator.machine.Routine;

/** {@link LockedAsync} that is not refused in NMI: what would happen if the guard was simply taken out. */
public final class LockedUnguardedAsync extends LockedAsync {
    @Override
    public String name() {
        return "locked-unguarded";
    }

    @Override
    public String description() {
        return "locked, and not refused in NMI";
    }

    @Override
    protected void guard(Routine.Builder b) {}
}
