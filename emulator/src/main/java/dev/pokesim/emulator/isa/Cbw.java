package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** CBW, CWDE, CDQE: AL, AX or EAX to twice the width, filled with the sign. Source: Intel SDM vol. 2, "CBW/CWDE/CDQE". */
final class Cbw implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("98"));
    }

    @Override
    public String assembly(Operands operands) {
        return switch (operands.sizeBytes()) {
            case 2 -> "cbw";
            case 4 -> "cwde";
            default -> "cdqe";
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
                file[Core.RAX] = switch (sizeBytes) {
                    case 2 -> rax & ~0xffffL | (byte) rax & 0xffffL;
                    case 4 -> (short) rax & 0xffff_ffffL;
                    default -> (int) rax;
                };
            }

            @Override
            public String toString() {
                return "compute";
            }
        });
    }
}
