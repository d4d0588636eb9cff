package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.MicroOp;

/** NOT: inverts every bit and no flag. Source: Intel SDM vol. 2, "NOT". */
final class Not extends UnaryArithmetic {
    Not() {
        super(0xf6, 2);
    }

    @Override
    long apply(Rflags flags, long value, int shift) {
        return ~value << shift >>> shift;
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
