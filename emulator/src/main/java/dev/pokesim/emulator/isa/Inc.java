package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.MicroOp;

/** INC: adds 1 and leaves CF alone. Source: Intel SDM vol. 2, "INC". */
final class Inc extends UnaryArithmetic {
    Inc() {
        super(0xfe, 0);
    }

    @Override
    long apply(Rflags flags, long value, int shift) {
        return flags.increment(value, shift);
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

    @Override
    MicroOp computeWhole(Steps.Destination out, Steps.Source in) {
        return new Steps.WholeComputation(out, in, Steps.Source.constant(0)) {
            @Override
            public void execute(Core core) {
                write(core, apply(core.flags(), first(core), 0));
            }
        };
    }
}
