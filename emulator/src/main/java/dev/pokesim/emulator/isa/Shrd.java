package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** SHRD: shifts right and fills with the lowest bits of a register. A count beyond the width leaves the result undefined. Source: Intel SDM vol. 2, "SHRD". */
final class Shrd extends DoubleShift {
    Shrd() {
        super(0xac);
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
                long result = value >>> by | second(core) << bits - by;
                finish(core, value, result, (value >>> by - 1 & 1) != 0);
            }
        };
    }
}
