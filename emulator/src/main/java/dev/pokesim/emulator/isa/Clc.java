package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** CLC: clears CF. Source: Intel SDM vol. 2, "CLC". */
final class Clc implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F8"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                core.flags().setCarryKeepOverflow(false);
            }

            @Override
            public String toString() {
                return "clear cf";
            }
        });
    }
}
