package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** STI: interrupts may come, after one more instruction if they could not before. Source: Intel SDM vol. 2, "STI". */
final class Sti implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("FB"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                if (!core.flags().interruptsEnabled()) {
                    core.flags().setInterruptsEnabled(true);
                    core.shadowNextInstruction();
                }
            }

            @Override
            public String toString() {
                return "set if";
            }
        });
    }
}
