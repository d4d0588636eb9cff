package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** CLD: string instructions go up. Source: Intel SDM vol. 2, "CLD". */
final class Cld implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("FC"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                core.flags().setBackward(false);
            }

            @Override
            public String toString() {
                return "clear df";
            }
        });
    }
}
