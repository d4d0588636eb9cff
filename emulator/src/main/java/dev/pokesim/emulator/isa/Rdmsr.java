package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** RDMSR: reads the model-specific register ECX into EDX:EAX; see {@link Msr}. Source: Intel SDM vol. 2, "RDMSR". */
final class Rdmsr implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 32"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                int number = (int) core.file()[Core.RCX];
                long value = switch (number) {
                    case Msr.FS_BASE -> core.fsBase();
                    case Msr.GS_BASE -> core.gsBase();
                    case Msr.KERNEL_GS_BASE -> core.kernelGsBase();
                    default -> throw Msr.notModelled("rdmsr", core.rip(), number);
                };
                core.file()[Core.RAX] = value & 0xffff_ffffL;
                core.file()[Core.RDX] = value >>> 32;
            }

            @Override
            public String toString() {
                return "read msr";
            }
        });
    }
}
