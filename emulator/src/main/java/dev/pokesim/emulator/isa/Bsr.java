package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** BSR: the number of the highest set bit; of 0 only ZF, and the destination stays. Source: Intel SDM vol. 2, "BSR". */
final class Bsr implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F BD /r", "Gv,Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(1));
        Steps.Destination out = Steps.Destination.of((Operand.Register) operands.get(0));
        return steps.then(new HighestBit(out, source)).list();
    }

    private static final class HighestBit extends Steps.Computation {
        HighestBit(Steps.Destination out, Steps.Source source) {
            super(out, source, Steps.Source.constant(0), out.sizeBytes());
        }

        @Override
        public void execute(Core core) {
            long value = cut(first(core));
            core.flags().setZero(value == 0);
            if (value != 0) {
                write(core, 63 - Long.numberOfLeadingZeros(value));
            }
        }
    }
}
