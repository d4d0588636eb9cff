package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * WRMSR: sets the model-specific register ECX to EDX:EAX; see {@link Msr}. Intel has it serialise; AMD has processors on which
 * writes of the bases, the only ones here, do not, so nothing may rely on it and here they do not.
 * Source: Intel SDM vol. 2, "WRMSR"; AMD APM vol. 3, CPUID leaf 8000_0021, FsGsKernelGsBaseNonSerializing.
 */
final class Wrmsr implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 30"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                int number = (int) core.file()[Core.RCX];
                long value = core.file()[Core.RDX] << 32 | core.file()[Core.RAX] & 0xffff_ffffL;
                switch (number) {
                    case Msr.FS_BASE -> core.setFsBase(SegmentBase.canonical(value));
                    case Msr.GS_BASE -> core.setGsBase(SegmentBase.canonical(value));
                    case Msr.KERNEL_GS_BASE -> core.setKernelGsBase(SegmentBase.canonical(value));
                    default -> throw Msr.notModelled("wrmsr", core.rip(), number);
                }
            }

            @Override
            public String toString() {
                return "write msr";
            }
        });
    }
}
