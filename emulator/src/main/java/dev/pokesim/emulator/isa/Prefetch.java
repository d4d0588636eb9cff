package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * PREFETCHh and PREFETCHW: a hint to fetch a line, without faults. The machine does not take it.
 * Source: Intel SDM vol. 2, "PREFETCHh", "PREFETCHW".
 */
final class Prefetch implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("0F 18 /0 mem", "Mb"),
                Encoding.of("0F 18 /1 mem", "Mb"),
                Encoding.of("0F 18 /2 mem", "Mb"),
                Encoding.of("0F 18 /3 mem", "Mb"),
                Encoding.of("0F 0D mem", "Mb"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of();
    }
}
