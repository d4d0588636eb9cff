package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** RET: pops the address to go on at, and more if it says so. Source: Intel SDM vol. 2, "RET". */
final class Ret implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("C3 f64"), Encoding.of("C2 f64", "Iw"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        long extra = operands.count() == 0 ? 0 : ((Operand.Immediate) operands.get(0)).value() & 0xffff;
        return List.of(
                Load.of(Core.TEMPORARY, Stack.top(), 8),
                Stack.move(8 + extra),
                new SetNextRip(Steps.Source.slot(Core.TEMPORARY, 0)));
    }
}
