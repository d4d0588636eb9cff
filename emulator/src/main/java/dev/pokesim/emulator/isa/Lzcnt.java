package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** LZCNT: how many zeros begin a value. Source: Intel SDM vol. 2, "LZCNT". */
final class Lzcnt implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F3 0F BD /r", "Gv,Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(1));
        Steps.Destination out = Steps.Destination.of((Operand.Register) operands.get(0));
        return steps.then(new LeadingZeros(out, source)).list();
    }

    private static final class LeadingZeros extends Steps.Computation {
        LeadingZeros(Steps.Destination out, Steps.Source source) {
            super(out, source, Steps.Source.constant(0), out.sizeBytes());
        }

        @Override
        public void execute(Core core) {
            long value = cut(first(core));
            long zeros = Long.numberOfLeadingZeros(value) - shift;
            core.flags().setArithmetic((value == 0 ? Rflags.CF : 0) | (zeros == 0 ? Rflags.ZF : 0));
            write(core, zeros);
        }
    }
}
