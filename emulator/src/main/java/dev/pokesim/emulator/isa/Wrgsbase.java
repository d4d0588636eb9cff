package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** WRGSBASE: sets the GS base; #GP unless it is canonical. Source: Intel SDM vol. 2, "WRFSBASE/WRGSBASE". */
final class Wrgsbase implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F3 0F AE /3 mod3", "Ry"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Operand.Register register = (Operand.Register) operands.get(0);
        int number = register.number();
        long mask = register.sizeBytes() == 8 ? -1 : 0xffff_ffffL;
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                SegmentBase.checkEnabled(core);
                core.setGsBase(SegmentBase.canonical(core.file()[number] & mask));
            }

            @Override
            public String toString() {
                return "segment base";
            }
        });
    }
}
