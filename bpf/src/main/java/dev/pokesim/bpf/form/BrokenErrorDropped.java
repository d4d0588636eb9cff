package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.emulator.machine.Routine;

/** {@link CommandListAsync} that forgets what leaving the command has come to: the third posting did. */
public final class BrokenErrorDropped extends CommandListAsync {
    @Override
    public String name() {
        return "broken-error-dropped";
    }

    @Override
    public String description() {
        return "merged, but a start returns 0 whatever became of its command";
    }

    @Override
    protected void returnOfDeferred(Routine.Builder b) {
        Kernel.returnValue(b, 0);
    }
}
