package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;

/** RCR: rotates right through CF. Source: Intel SDM vol. 2, "RCL/RCR/ROL/ROR". */
final class Rcr extends ShiftOrRotate {
    Rcr() {
        super(3);
    }

    @Override
    MicroOp compute(Steps.Destination out, Steps.Source value, Steps.Source count, int sizeBytes) {
        return new ByCount(out, value, count, sizeBytes) {
            @Override
            public void execute(Core core) {
                int by = count(core);
                int places = bits < 32 ? by % (bits + 1) : by;
                long value = cut(first(core));
                if (places == 0) {
                    write(core, value);
                    return;
                }
                long result = value >>> places | (core.flags().cf() ? 1L << bits - places : 0);
                if (places > 1) {
                    result |= value << bits + 1 - places;
                }
                core.flags().setCarryAndOverflow((value >>> places - 1 & 1) != 0, signsDiffer(result));
                write(core, cut(result));
            }
        };
    }
}
