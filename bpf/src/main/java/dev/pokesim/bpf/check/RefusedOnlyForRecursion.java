package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.Errno;
import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.core.Core;

/** An operation that does not wait is refused with -EDEADLK only where the CPU carries out commands of the same timer. */
public final class RefusedOnlyForRecursion extends AsyncOracle {
    @Override
    public String property() {
        return "-EDEADLK only where commands of the same timer are carried out below";
    }

    @Override
    public void operationEnds(Core core, long slot, String operation, long result) {
        if (result != Errno.EDEADLK || operation.equals(Operation.CANCEL.toString())) {
            return;
        }
        long cb = core.load(slot, 8);
        if (cb != 0
                && cb
                        != core.load(
                                KernelMemory.ofThisCpu(KernelMemory.ASYNC_CB_RUNNING)
                                        .in(core),
                                8)) {
            violated(core, "core " + core.id() + " refuses to " + operation + " a timer for the sake of another one");
        }
    }
}
