package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** SHLD: shifts left and fills with the highest bits of a register. A count beyond the width leaves the result undefined. Source: Intel SDM vol. 2, "SHLD". */
final class Shld extends DoubleShift {
    Shld() {
        super(0xa4);
    }

    @Override
    MicroOp compute(Steps.Destination out, Steps.Source value, Steps.Source fill, Steps.Source count, int sizeBytes) {
        return new ByCount(out, value, fill, count, sizeBytes) {
            @Override
            public void execute(Core core) {
                int by = count(core);
                long value = cut(first(core));
                if (by == 0) {
                    write(core, value);
                    return;
                }
                long result = value << by | cut(second(core)) >>> bits - by;
                finish(core, value, result, (value >>> bits - by & 1) != 0);
            }
        };
    }
}
