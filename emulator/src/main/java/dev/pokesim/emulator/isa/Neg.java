package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.MicroOp;

/** NEG: subtracts from 0. Source: Intel SDM vol. 2, "NEG". */
final class Neg extends UnaryArithmetic {
    Neg() {
        super(0xf6, 3);
    }

    @Override
    long apply(Rflags flags, long value, int shift) {
        return flags.subtract(0, value, shift);
    }

    @Override
    MicroOp compute(Steps.Destination out, Steps.Source in, int sizeBytes) {
        return new Steps.Computation(out, in, Steps.Source.constant(0), sizeBytes) {
            @Override
            public void execute(Core core) {
                write(core, apply(core.flags(), first(core), shift));
            }
        };
    }
}
