package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.Fence;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** MFENCE: waits until all stores before it are visible. It does not serialise fetches. Source: Intel SDM vol. 2, "MFENCE". */
final class Mfence implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F AE =F0"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Fence());
    }
}
