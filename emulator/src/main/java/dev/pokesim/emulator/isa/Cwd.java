package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** CWD, CDQ, CQO: rDX is filled with the sign of rAX. Source: Intel SDM vol. 2, "CWD/CDQ/CQO". */
final class Cwd implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("99"));
    }

    @Override
    public String assembly(Operands operands) {
        return switch (operands.sizeBytes()) {
            case 2 -> "cwd";
            case 4 -> "cdq";
            default -> "cqo";
        };
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        int sizeBytes = operands.sizeBytes();
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                long[] file = core.file();
                long rax = file[Core.RAX];
                file[Core.RDX] = switch (sizeBytes) {
                    case 2 -> file[Core.RDX] & ~0xffffL | (short) rax >> 15 & 0xffffL;
                    case 4 -> (int) rax >> 31 & 0xffff_ffffL;
                    default -> rax >> 63;
                };
            }

            @Override
            public String toString() {
                return "compute";
            }
        });
    }
}
