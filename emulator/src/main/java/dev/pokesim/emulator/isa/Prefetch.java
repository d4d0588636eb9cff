package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** What all prefetches share: they are hints that never fault, and the machine does not take them. */
abstract class Prefetch implements Instruction {
    private final Encoding encoding;

    Prefetch(String opcode) {
        encoding = Encoding.of(opcode + " mem", "Mb");
    }

    @Override
    public final List<Encoding> encodings() {
        return List.of(encoding);
    }

    @Override
    public final List<MicroOp> microOps(Operands operands) {
        return List.of();
    }
}
