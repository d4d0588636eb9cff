package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** BTS: CF takes a bit, and the bit is set. Source: Intel SDM vol. 2, "BTS". */
final class Bts extends BitTest {
    Bts() {
        super(0xab, 5);
    }

    @Override
    long change(long value, long mask) {
        return value | mask;
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
