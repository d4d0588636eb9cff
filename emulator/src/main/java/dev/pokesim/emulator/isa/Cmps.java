package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import java.util.List;

/** CMPS: compares what RSI points to with what RDI points to. Source: Intel SDM vol. 2, "CMPS/CMPSB/CMPSW/CMPSD/CMPSQ". */
final class Cmps extends StringInstruction {
    Cmps() {
        super(true, true, true);
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("A6", "Xb,Yb"), Encoding.of("A7", "Xv,Yv"));
    }

    @Override
    void round(Steps steps, Operands operands) {
        int size = operands.get(0).sizeBytes();
        Steps.Source left = steps.source(operands.get(0));
        Steps.Source right = steps.source(operands.get(1));
        steps.then(new Steps.Computation(Steps.Destination.slot(steps.temporary(), size), left, right, size) {
            @Override
            public void execute(Core core) {
                core.flags().subtract(first(core), second(core), shift);
            }
        });
    }
}
