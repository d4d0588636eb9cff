package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** BTC: CF takes a bit, and the bit is inverted. Source: Intel SDM vol. 2, "BTC". */
final class Btc extends BitTest {
    Btc() {
        super(0xbb, 7);
    }

    @Override
    long change(long value, long mask) {
        return value ^ mask;
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
