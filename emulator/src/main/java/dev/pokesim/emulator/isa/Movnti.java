package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;
import java.util.List;

/**
 * MOVNTI: a store that bypasses the caches. Here it is an ordinary store: its weaker order is not modelled.
 * Source: Intel SDM vol. 2, "MOVNTI".
 */
final class Movnti implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F C3 mem", "My,Gy"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Operand.Memory to = (Operand.Memory) operands.get(0);
        Operand.Register from = (Operand.Register) operands.get(1);
        return List.of(Store.of(to.address(), to.sizeBytes(), from.number(), 0));
    }
}
