package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** SAHF: SF, ZF, AF, PF and CF become those in AH. Source: Intel SDM vol. 2, "SAHF". */
final class Sahf implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("9E"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                long taken = Rflags.SF | Rflags.ZF | Rflags.AF | Rflags.PF | Rflags.CF;
                Rflags flags = core.flags();
                flags.setValue(flags.value() & ~taken | core.file()[Core.RAX] >>> 8 & taken);
            }

            @Override
            public String toString() {
                return "ah to flags";
            }
        });
    }
}
