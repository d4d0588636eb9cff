package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** ROL: rotates left; the last bit that went around is CF. Source: Intel SDM vol. 2, "RCL/RCR/ROL/ROR". */
final class Rol extends ShiftOrRotate {
    Rol() {
        super(0);
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
                int places = by & bits - 1;
                long result = cut(value << places | value >>> bits - places);
                boolean carry = (result & 1) != 0;
                core.flags().setCarryAndOverflow(carry, sign(result) != carry);
                write(core, result);
            }
        };
    }
}
