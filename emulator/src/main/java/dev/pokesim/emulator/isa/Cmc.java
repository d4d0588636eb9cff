package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** CMC: inverts CF. Source: Intel SDM vol. 2, "CMC". */
final class Cmc implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F5"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                core.flags().setCarryKeepOverflow(!core.flags().cf());
            }

            @Override
            public String toString() {
                return "invert cf";
            }
        });
    }
}
