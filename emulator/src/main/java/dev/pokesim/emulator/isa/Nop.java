package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** NOP in one byte, with an operand, and the reserved no-operation space. Source: Intel SDM vol. 2, "NOP". */
final class Nop implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("90 NB"), Encoding.of("0F 1F /0", "Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of();
    }
}
