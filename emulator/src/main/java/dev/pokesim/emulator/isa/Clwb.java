package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** CLWB: writes a cache line back and keeps it. Memory does not change, so only the #PF of a load is left. Source: Intel SDM vol. 2, "CLWB". */
final class Clwb implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("66 0F AE /6 mem", "Mb"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        EffectiveAddress address = ((Operand.Memory) operands.get(0)).address();
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                core.memory().frameForLoad(address.in(core));
            }

            @Override
            public String toString() {
                return "check page";
            }
        });
    }
}
