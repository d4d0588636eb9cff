package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** HLT: sleeps until an interrupt. Source: Intel SDM vol. 2, "HLT". */
final class Hlt implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F4"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Halt());
    }
}
