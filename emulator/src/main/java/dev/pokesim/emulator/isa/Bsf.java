package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** BSF: the number of the lowest set bit; of 0 only ZF, and the destination stays. Source: Intel SDM vol. 2, "BSF". */
final class Bsf implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F BC /r", "Gv,Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(1));
        Steps.Destination out = Steps.Destination.of((Operand.Register) operands.get(0));
        return steps.then(new LowestBit(out, source)).list();
    }

    private static final class LowestBit extends Steps.Computation {
        LowestBit(Steps.Destination out, Steps.Source source) {
            super(out, source, Steps.Source.constant(0), out.sizeBytes());
        }

        @Override
        public void execute(Core core) {
            long value = cut(first(core));
            core.flags().setZero(value == 0);
            if (value != 0) {
                write(core, Long.numberOfTrailingZeros(value));
            }
        }
    }
}
