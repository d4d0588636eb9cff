package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** ENCLS: enclaves. A processor without them, as CPUID says here, raises #UD. Source: Intel SDM vol. 3D, "ENCLS". */
final class Encls implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 01 =CF"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                throw GuestFault.of(GuestFault.Vector.INVALID_OPCODE, "encls: there are no enclaves");
            }

            @Override
            public String toString() {
                return "#UD";
            }
        });
    }
}
