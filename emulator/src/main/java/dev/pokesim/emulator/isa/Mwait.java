package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * MWAIT: may wait for a store to the monitored line, and may go on at any time; here it goes on at once, so that code around it must
 * look for itself. Extension bit 0 in ECX is allowed. Source: Intel SDM vol. 2, "MWAIT".
 */
final class Mwait implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 01 =C9"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                if ((core.file()[Core.RCX] & 0xffff_fffeL) != 0) {
                    throw GuestFault.of(GuestFault.Vector.GENERAL_PROTECTION, "mwait with an unknown extension");
                }
            }

            @Override
            public String toString() {
                return "go on";
            }
        });
    }
}
