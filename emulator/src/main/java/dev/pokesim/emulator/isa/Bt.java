package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** BT: CF takes a bit. Source: Intel SDM vol. 2, "BT". */
final class Bt extends BitTest {
    Bt() {
        super(0xa3, 4);
    }

    @Override
    long change(long value, long mask) {
        return value;
    }

    @Override
    boolean changesBit() {
        return false;
    }

    @Override
    MicroOp compute(Steps.Destination out, Steps.Source value, Steps.Source bit, int sizeBytes) {
        return new OnBit(out, value, bit, sizeBytes) {
            @Override
            public void execute(Core core) {
                test(core);
            }
        };
    }
}
