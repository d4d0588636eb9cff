package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Trap;
import java.util.List;

/** INT3: the one-byte breakpoint. Source: Intel SDM vol. 2, "INT n/INTO/INT3/INT1". */
final class Int3 implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("CC"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Trap(GuestFault.Vector.BREAKPOINT.number()));
    }
}
