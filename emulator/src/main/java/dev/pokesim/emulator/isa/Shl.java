package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** SHL: shifts left; the last bit out is CF. Source: Intel SDM vol. 2, "SAL/SAR/SHL/SHR". */
final class Shl extends ShiftOrRotate {
    Shl() {
        super(4);
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
                long result = value << by;
                boolean carry = by <= bits && (value >>> bits - by & 1) != 0;
                write(core, core.flags().resultWith(result, shift, carry, sign(result) != carry));
            }
        };
    }
}
