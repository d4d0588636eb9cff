package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Serialise;
import java.util.List;

/** INVLPG: forgets the translation of a page, of which nothing is kept here; but it serialises. Source: Intel SDM vol. 2, "INVLPG". */
final class Invlpg implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 01 /7 mem", "Mb"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Serialise());
    }
}
