package dev.pokesim.bpf.form;

import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.machine.Routine;

/** {@link LatchSecondCancelAsync} that checks for a callback as the writer, and returns as the writer. */
public final class BrokenLatchWriterKept extends LatchSecondCancelAsync {
    @Override
    public String name() {
        return "broken-v6-writer-kept";
    }

    @Override
    public String description() {
        return "v6-fixed, but a start that is refused for want of a callback stays the writer";
    }

    @Override
    protected void requireProgram(Routine.Builder b, int cb, int value) {}

    @Override
    protected void beforeCommand(Routine.Builder b, Kernel kernel, Routine put, Routine queue, Operands operands) {
        int value = operands.value();
        int op = operands.op();
        b.load("cb->prog", value, KernelMemory.field(operands.cb(), AsyncCb.PROGRAM), 8, 0)
                .jumpIf(
                        "(no callback?)",
                        (core, local) -> local[op] == AsyncCb.START && local[value] == 0,
                        "no-program");
    }
}
