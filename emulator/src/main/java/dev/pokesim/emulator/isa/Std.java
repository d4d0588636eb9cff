package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** STD: string instructions go down. Source: Intel SDM vol. 2, "STD". */
final class Std implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("FD"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                core.flags().setBackward(true);
            }

            @Override
            public String toString() {
                return "set df";
            }
        });
    }
}
