package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import java.util.List;

/** SCAS: compares RAX, or its low part, with what RDI points to. Source: Intel SDM vol. 2, "SCAS/SCASB/SCASW/SCASD". */
final class Scas extends StringInstruction {
    Scas() {
        super(false, true, true);
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("AE", "al,Yb"), Encoding.of("AF", "ax,Yv"));
    }

    @Override
    void round(Steps steps, Operands operands) {
        Operand.Register register = (Operand.Register) operands.get(0);
        Steps.Source loaded = steps.source(operands.get(1));
        steps.then(
                new Steps.Computation(
                        Steps.Destination.slot(steps.temporary(), register.sizeBytes()),
                        Steps.Source.of(register),
                        loaded,
                        register.sizeBytes()) {
                    @Override
                    public void execute(Core core) {
                        core.flags().subtract(first(core), second(core), shift);
                    }
                });
    }
}
