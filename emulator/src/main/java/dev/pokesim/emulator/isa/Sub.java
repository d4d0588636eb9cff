package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.MicroOp;

/** SUB: the difference. Source: Intel SDM vol. 2, "SUB". */
final class Sub extends BinaryArithmetic {
    Sub() {
        super(5);
    }

    @Override
    long apply(Rflags flags, long first, long second, int shift) {
        return flags.subtract(first, second, shift);
    }

    @Override
    MicroOp compute(Steps.Destination out, Steps.Source first, Steps.Source second, int sizeBytes) {
        return new Steps.Computation(out, first, second, sizeBytes) {
            @Override
            public void execute(Core core) {
                write(core, apply(core.flags(), first(core), second(core), shift));
            }
        };
    }

    @Override
    MicroOp computeWhole(Steps.Destination out, Steps.Source first, Steps.Source second) {
        return new Steps.WholeComputation(out, first, second) {
            @Override
            public void execute(Core core) {
                write(core, apply(core.flags(), first(core), second(core), 0));
            }
        };
    }
}
