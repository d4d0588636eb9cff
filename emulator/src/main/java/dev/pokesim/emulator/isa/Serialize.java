package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Serialise;
import java.util.List;

/** SERIALIZE: completes everything before it and fetches anew. Source: Intel SDM vol. 2, "SERIALIZE". */
final class Serialize implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 01 =E8"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Serialise());
    }
}
