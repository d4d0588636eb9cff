package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** LEA: the offset that a memory operand has, without its segment and without an access. Source: Intel SDM vol. 2, "LEA". */
final class Lea implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("8D /r mem", "Gv,Mp"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps.Destination out = Steps.Destination.of((Operand.Register) operands.get(0));
        EffectiveAddress address = ((Operand.Memory) operands.get(1)).address();
        return List.of(out.sizeBytes() == 8 ? new WholeOffset(out, address) : new Offset(out, address));
    }

    private static final class Offset extends Steps.Computation {
        private final EffectiveAddress address;

        Offset(Steps.Destination out, EffectiveAddress address) {
            super(out, Steps.Source.slot(Core.ZERO, 0), Steps.Source.constant(0), out.sizeBytes());
            this.address = address;
        }

        @Override
        public void execute(Core core) {
            write(core, cut(address.offset(core)));
        }
    }

    private static final class WholeOffset extends Steps.WholeComputation {
        private final EffectiveAddress address;

        WholeOffset(Steps.Destination out, EffectiveAddress address) {
            super(out, Steps.Source.slot(Core.ZERO, 0), Steps.Source.constant(0));
            this.address = address;
        }

        @Override
        public void execute(Core core) {
            write(core, address.offset(core));
        }
    }
}
