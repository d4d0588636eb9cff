package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** SHR: shifts right and fills with 0; the last bit out is CF. Source: Intel SDM vol. 2, "SAL/SAR/SHL/SHR". */
final class Shr extends ShiftOrRotate {
    Shr() {
        super(5);
    }

    @Override
    MicroOp compute(Steps.Destination out, Steps.Source value, Steps.Source count, int sizeBytes) {
        return new ByCount(out, value, count, sizeBytes) {
            @Override
            public void execute(Core core) {
                int by = count(core);
                if (by == 0) {
                    write(core, cut(first(core)));
                    return;
                }
                long value = cut(first(core));
                boolean carry = (value >>> by - 1 & 1) != 0;
                write(core, core.flags().resultWith(value >>> by, shift, carry, sign(value)));
            }
        };
    }
}
