package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** BSWAP: the bytes in reverse order; of 16 bits, which the manual leaves undefined, 0. Source: Intel SDM vol. 2, "BSWAP". */
final class Bswap implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F C8+r", "Zv"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Reverse((Operand.Register) operands.get(0)));
    }

    private static final class Reverse extends Steps.Computation {
        Reverse(Operand.Register register) {
            super(
                    Steps.Destination.of(register),
                    Steps.Source.of(register),
                    Steps.Source.constant(0),
                    register.sizeBytes());
        }

        @Override
        public void execute(Core core) {
            write(core, shift == 48 ? 0 : Long.reverseBytes(first(core)) >>> shift);
        }
    }
}
