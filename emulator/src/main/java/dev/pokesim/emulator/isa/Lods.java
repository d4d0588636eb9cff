package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import java.util.List;

/** LODS: loads RAX, or its low part, from where RSI points. Source: Intel SDM vol. 2, "LODS/LODSB/LODSW/LODSD/LODSQ". */
final class Lods extends StringInstruction {
    Lods() {
        super(true, false, false);
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("AC", "al,Xb"), Encoding.of("AD", "ax,Xv"));
    }

    @Override
    void round(Steps steps, Operands operands) {
        Steps.Source loaded = steps.source(operands.get(1));
        Operand.Register to = (Operand.Register) operands.get(0);
        steps.then(new Steps.Computation(Steps.Destination.of(to), loaded, Steps.Source.constant(0), to.sizeBytes()) {
            @Override
            public void execute(Core core) {
                write(core, first(core));
            }
        });
    }
}
