package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** STC: sets CF. Source: Intel SDM vol. 2, "STC". */
final class Stc implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F9"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                core.flags().setCarryKeepOverflow(true);
            }

            @Override
            public String toString() {
                return "set cf";
            }
        });
    }
}
