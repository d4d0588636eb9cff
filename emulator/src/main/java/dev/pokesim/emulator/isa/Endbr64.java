package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** ENDBR64: marks a target of indirect jumps; nothing while such tracking is off, as here. Source: Intel SDM vol. 2, "ENDBR64". */
final class Endbr64 implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F3 0F 1E =FA"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of();
    }
}
