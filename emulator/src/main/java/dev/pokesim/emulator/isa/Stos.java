package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Store;
import java.util.List;

/** STOS: stores RAX, or its low part, to where RDI points. Source: Intel SDM vol. 2, "STOS/STOSB/STOSW/STOSD/STOSQ". */
final class Stos extends StringInstruction {
    Stos() {
        super(false, true, false);
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("AA", "Yb,al"), Encoding.of("AB", "Yv,ax"));
    }

    @Override
    void round(Steps steps, Operands operands) {
        Operand.Memory to = (Operand.Memory) operands.get(0);
        steps.then(Store.of(to.address(), to.sizeBytes(), Core.RAX, 0));
    }
}
