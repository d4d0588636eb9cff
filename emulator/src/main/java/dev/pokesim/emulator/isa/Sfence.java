package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** SFENCE: keeps stores in order, which they are anyway: there is no write-combining memory here. Source: Intel SDM vol. 2, "SFENCE". */
final class Sfence implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F AE =F8"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of();
    }
}
