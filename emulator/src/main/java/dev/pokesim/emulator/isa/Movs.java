package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.Store;
import java.util.List;

/** MOVS: copies from where RSI points to where RDI points. Source: Intel SDM vol. 2, "MOVS/MOVSB/MOVSW/MOVSD/MOVSQ". */
final class Movs extends StringInstruction {
    Movs() {
        super(true, true, false);
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("A4", "Yb,Xb"), Encoding.of("A5", "Yv,Xv"));
    }

    @Override
    void round(Steps steps, Operands operands) {
        Operand.Memory to = (Operand.Memory) operands.get(0);
        Operand.Memory from = (Operand.Memory) operands.get(1);
        int value = steps.temporary();
        steps.then(Load.of(value, from.address(), from.sizeBytes()));
        steps.then(Store.of(to.address(), to.sizeBytes(), value, 0));
    }
}
