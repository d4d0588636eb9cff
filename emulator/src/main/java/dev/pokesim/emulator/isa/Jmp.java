package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.DirectJump;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** JMP: goes on at the target, relative or through a register or memory. Source: Intel SDM vol. 2, "JMP". */
final class Jmp implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("EB f64", "Jb"), Encoding.of("E9 f64", "Jd"), Encoding.of("FF /4 f64", "Eq"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        if (operands.get(0) instanceof Operand.Target target) {
            return List.of(DirectJump.always(target.address()));
        }
        Steps steps = new Steps();
        return steps.then(new SetNextRip(steps.source(operands.get(0)))).list();
    }
}
