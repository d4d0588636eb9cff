package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Serialise;
import java.util.List;

/**
 * MOV to and from CR0, CR2, CR3 and CR4. To one of them it serialises, which is why kernels use it; the values have no other
 * effect, see {@link Core#controlRegister}. CR8 is not modelled. Source: Intel SDM vol. 2, "MOV - Move to/from Control Registers".
 */
final class MovControl implements Instruction {
    @Override
    public String mnemonic() {
        return "mov";
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 20 mod3", "Rq,Cq"), Encoding.of("0F 22 mod3", "Cq,Rq"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        if (operands.get(0) instanceof Operand.Control to) {
            int number = existing(to, operands);
            int from = ((Operand.Register) operands.get(1)).number();
            return List.of(new Serialise(), new Compute() {
                @Override
                public void execute(Core core) {
                    core.setControlRegister(number, core.file()[from]);
                }

                @Override
                public String toString() {
                    return "set cr" + number;
                }
            });
        }
        int number = existing((Operand.Control) operands.get(1), operands);
        int to = ((Operand.Register) operands.get(0)).number();
        return List.of(new Compute() {
            @Override
            public void execute(Core core) {
                core.file()[to] = core.controlRegister(number);
            }

            @Override
            public String toString() {
                return "read cr" + number;
            }
        });
    }

    private static int existing(Operand.Control control, Operands operands) {
        return switch (control.number()) {
            case 0, 2, 3, 4 -> control.number();
            case 8 -> throw new NotModelled(operands.address(), "mov of cr8, the task priority");
            default -> throw GuestFault.of(GuestFault.Vector.INVALID_OPCODE, "mov of " + control);
        };
    }
}
