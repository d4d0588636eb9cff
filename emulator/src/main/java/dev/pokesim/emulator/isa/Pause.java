package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** PAUSE: tells the core that it spins. What that costs is up to the cost model. Source: Intel SDM vol. 2, "PAUSE". */
final class Pause implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F3 90 NB"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of();
    }
}
