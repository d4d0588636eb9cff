package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** TZCNT: how many zeros end a value. Source: Intel SDM vol. 2, "TZCNT". */
final class Tzcnt implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F3 0F BC /r", "Gv,Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(1));
        Steps.Destination out = Steps.Destination.of((Operand.Register) operands.get(0));
        return steps.then(new TrailingZeros(out, source)).list();
    }

    private static final class TrailingZeros extends Steps.Computation {
        TrailingZeros(Steps.Destination out, Steps.Source source) {
            super(out, source, Steps.Source.constant(0), out.sizeBytes());
        }

        @Override
        public void execute(Core core) {
            long value = cut(first(core));
            long zeros = Math.min(Long.numberOfTrailingZeros(value), 64 - shift);
            core.flags().setArithmetic((value == 0 ? Rflags.CF : 0) | (zeros == 0 ? Rflags.ZF : 0));
            write(core, zeros);
        }
    }
}
