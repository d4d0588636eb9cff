package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.MicroOp;

/** OR: bits set in either. Source: Intel SDM vol. 2, "OR". */
final class Or extends BinaryArithmetic {
    Or() {
        super(1);
    }

    @Override
    long apply(Rflags flags, long first, long second, int shift) {
        return flags.logic(first | second, shift);
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
