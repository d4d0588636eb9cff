package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.DirectJump;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** Jcc: jumps if a condition of the flags holds. Source: Intel SDM vol. 2, "Jcc". */
final class Jcc implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("70+cc f64", "Jb"), Encoding.of("0F 80+cc f64", "Jd"));
    }

    @Override
    public String assembly(Operands operands) {
        return "j" + Condition.NAMES.get(operands.condition()) + " " + operands;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        int condition = operands.condition();
        return List.of(DirectJump.onCondition(operands.target(), condition, Condition.NAMES.get(condition)));
    }
}
