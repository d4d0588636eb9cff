package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** RDTSCP: the time-stamp counter in EDX:EAX and the core's number in ECX. It does not serialise. Source: Intel SDM vol. 2, "RDTSCP". */
final class Rdtscp implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 01 =F9"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                long ticks = core.timestamp();
                core.file()[Core.RAX] = ticks & 0xffff_ffffL;
                core.file()[Core.RDX] = ticks >>> 32;
                core.file()[Core.RCX] = core.id();
            }

            @Override
            public String toString() {
                return "read time stamp";
            }
        });
    }
}
