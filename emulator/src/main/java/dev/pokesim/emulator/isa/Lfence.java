package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** LFENCE: waits for the loads before it, which is so anyway: this core executes in order. Source: Intel SDM vol. 2, "LFENCE". */
final class Lfence implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F AE =E8"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of();
    }
}
