package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** PUSHFQ, and PUSHF with 16 bits: pushes the flags. Source: Intel SDM vol. 2, "PUSHF/PUSHFD/PUSHFQ". */
final class Pushf implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("9C 64"));
    }

    @Override
    public String assembly(Operands operands) {
        return operands.sizeBytes() == 2 ? "pushfw" : mnemonic();
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        int value = steps.temporary();
        steps.then(new Compute() {
            @Override
            public void execute(Core core) {
                core.file()[value] = core.flags().value();
            }

            @Override
            public String toString() {
                return "flags";
            }
        });
        return Stack.push(steps, Steps.Source.slot(value, 0), operands.sizeBytes())
                .list();
    }
}
