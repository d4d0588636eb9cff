package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** UD0: raises #UD; its operands are decoded and nothing else. Source: Intel SDM vol. 2, "UD". */
final class Ud0 implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F FF /r", "Gv,Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                throw GuestFault.of(GuestFault.Vector.INVALID_OPCODE, "UD0");
            }

            @Override
            public String toString() {
                return "undefined";
            }
        });
    }
}
