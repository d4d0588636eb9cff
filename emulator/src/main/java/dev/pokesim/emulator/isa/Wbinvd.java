package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Serialise;
import java.util.List;

/** WBINVD: empties the caches into memory, which nobody can see; but it serialises. Source: Intel SDM vol. 2, "WBINVD". */
final class Wbinvd implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 09"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Serialise());
    }
}
