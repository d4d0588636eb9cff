package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * POPFQ, and POPF with 16 bits: pops the arithmetic flags, DF and IF. IOPL, NT, AC and ID do not exist here and read as 0; TF is
 * not modelled, because nobody single-steps a core from inside. Source: Intel SDM vol. 2, "POPF/POPFD/POPFQ".
 */
final class Popf implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("9D 64"));
    }

    @Override
    public String assembly(Operands operands) {
        return operands.sizeBytes() == 2 ? "popfw" : mnemonic();
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        int size = operands.sizeBytes();
        return List.of(Load.of(Core.TEMPORARY, Stack.top(), size), new Compute() {
            @Override
            public void execute(Core core) {
                long value = core.file()[Core.TEMPORARY];
                if ((value & Rflags.TF) != 0) {
                    throw new NotModelled(core.rip(), "popf that sets TF");
                }
                core.flags().setValue(value);
                core.setRegister(Core.RSP, core.register(Core.RSP) + size);
            }

            @Override
            public String toString() {
                return "set flags";
            }
        });
    }
}
