package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** BTR: CF takes a bit, and the bit is cleared. Source: Intel SDM vol. 2, "BTR". */
final class Btr extends BitTest {
    Btr() {
        super(0xb3, 6);
    }

    @Override
    long change(long value, long mask) {
        return value & ~mask;
    }

    @Override
    MicroOp compute(Steps.Destination out, Steps.Source value, Steps.Source bit, int sizeBytes) {
        return new OnBit(out, value, bit, sizeBytes) {
            @Override
            public void execute(Core core) {
                long bit = test(core);
                write(core, cut(change(first(core), bit)));
            }
        };
    }
}
