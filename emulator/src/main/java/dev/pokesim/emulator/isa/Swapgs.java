package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** SWAPGS: exchanges the GS base and IA32_KERNEL_GS_BASE. Source: Intel SDM vol. 2, "SWAPGS". */
final class Swapgs implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("NP 0F 01 =F8"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                long base = core.gsBase();
                core.setGsBase(core.kernelGsBase());
                core.setKernelGsBase(base);
            }

            @Override
            public String toString() {
                return "exchange gs bases";
            }
        });
    }
}
