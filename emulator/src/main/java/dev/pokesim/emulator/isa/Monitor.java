package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * MONITOR: names the address that MWAIT watches. Since {@link Mwait} never waits, only the faults of a load are left, and the #GP of
 * an extension in ECX. Source: Intel SDM vol. 2, "MONITOR".
 */
final class Monitor implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 01 =C8"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                if ((int) core.file()[Core.RCX] != 0) {
                    throw GuestFault.of(GuestFault.Vector.GENERAL_PROTECTION, "monitor with an extension");
                }
                core.memory().frameForLoad(core.file()[Core.RAX]);
            }

            @Override
            public String toString() {
                return "check page";
            }
        });
    }
}
