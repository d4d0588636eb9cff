package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** MOVSX: moves a narrower value and fills with its sign. Source: Intel SDM vol. 2, "MOVSX/MOVSXD". */
final class Movsx implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F BE /r", "Gv,Eb"), Encoding.of("0F BF /r", "Gv,Ew"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(1));
        Steps.Destination out = Steps.Destination.of((Operand.Register) operands.get(0));
        return steps.then(new Extended(out, source, operands.get(1).sizeBytes()))
                .list();
    }

    private static final class Extended extends Steps.Computation {
        private final int sourceShift;

        Extended(Steps.Destination out, Steps.Source source, int sourceSizeBytes) {
            super(out, source, Steps.Source.constant(0), out.sizeBytes());
            sourceShift = 64 - 8 * sourceSizeBytes;
        }

        @Override
        public void execute(Core core) {
            write(core, cut(first(core) << sourceShift >> sourceShift));
        }
    }
}
