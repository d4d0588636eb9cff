package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** POPCNT: how many bits are set. Source: Intel SDM vol. 2, "POPCNT". */
final class Popcnt implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F3 0F B8 /r", "Gv,Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(1));
        Steps.Destination out = Steps.Destination.of((Operand.Register) operands.get(0));
        return steps.then(new SetBits(out, source)).list();
    }

    private static final class SetBits extends Steps.Computation {
        SetBits(Steps.Destination out, Steps.Source source) {
            super(out, source, Steps.Source.constant(0), out.sizeBytes());
        }

        @Override
        public void execute(Core core) {
            long value = cut(first(core));
            core.flags().setArithmetic(value == 0 ? Rflags.ZF : 0);
            write(core, Long.bitCount(value));
        }
    }
}
