package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** CLI: interrupts wait. Source: Intel SDM vol. 2, "CLI". */
final class Cli implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("FA"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                core.flags().setInterruptsEnabled(false);
            }

            @Override
            public String toString() {
                return "clear if";
            }
        });
    }
}
