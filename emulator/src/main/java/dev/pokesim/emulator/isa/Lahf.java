package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** LAHF: AH becomes SF, ZF, AF, PF and CF. Source: Intel SDM vol. 2, "LAHF". */
final class Lahf implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("9F"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                long[] file = core.file();
                long flags = core.flags().value() & 0xff;
                file[Core.RAX] = file[Core.RAX] & ~0xff00L | flags << 8;
            }

            @Override
            public String toString() {
                return "flags to ah";
            }
        });
    }
}
