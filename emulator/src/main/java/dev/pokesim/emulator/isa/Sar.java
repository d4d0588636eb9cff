package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** SAR: shifts right and fills with the sign; the last bit out is CF. Source: Intel SDM vol. 2, "SAL/SAR/SHL/SHR". */
final class Sar extends ShiftOrRotate {
    Sar() {
        super(7);
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
                long value = extend(first(core));
                boolean carry = (value >> by - 1 & 1) != 0;
                write(core, core.flags().resultWith(value >> by, shift, carry, false));
            }
        };
    }
}
