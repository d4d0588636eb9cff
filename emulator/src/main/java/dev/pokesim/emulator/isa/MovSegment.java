package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;
import java.util.List;

/**
 * MOV to and from a segment register. Selectors are values: in 64-bit mode ES, CS, SS and DS have no base and no limit. Loads of FS
 * and GS are refused, because their bases would come from a descriptor table, and with a null selector processors differ. To SS it
 * holds interrupts off for one instruction. Source: Intel SDM vol. 2, "MOV - Move".
 */
final class MovSegment implements Instruction {
    @Override
    public String mnemonic() {
        return "mov";
    }

    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("8C /r mod3", "Rv,Sw"),
                Encoding.of("8C /r mem", "Mw,Sw"),
                Encoding.of("8E /r mod3", "Sw,Rv"),
                Encoding.of("8E /r mem", "Sw,Mw"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        if (operands.get(0) instanceof Operand.Segment to) {
            return load(to, operands.get(1));
        }
        int from = existing((Operand.Segment) operands.get(1));
        Operand to = operands.get(0);
        Part part =
                to instanceof Operand.Register register ? Part.of(register) : Part.of(Core.TEMPORARY, 0, Long.BYTES);
        MicroOp read = new Compute() {
            @Override
            public void execute(Core core) {
                part.write(core, core.segment(from));
            }

            @Override
            public String toString() {
                return "read segment register";
            }
        };
        return to instanceof Operand.Memory memory
                ? List.of(read, Store.of(memory.address(), memory.sizeBytes(), Core.TEMPORARY, 0))
                : List.of(read);
    }

    private static List<MicroOp> load(Operand.Segment to, Operand from) {
        int number = existing(to);
        if (number == Core.CS) {
            throw GuestFault.of(GuestFault.Vector.INVALID_OPCODE, "mov to cs");
        }
        int slot = from instanceof Operand.Register register ? register.number() : Core.TEMPORARY;
        MicroOp write = new Compute() {
            @Override
            public void execute(Core core) {
                if (number == Core.FS || number == Core.GS) {
                    throw new NotModelled(core.rip(), "mov to " + to + ", whose base a descriptor table has");
                }
                core.setSegment(number, (int) core.file()[slot] & 0xffff);
                if (number == Core.SS) {
                    core.shadowNextInstruction();
                }
            }

            @Override
            public String toString() {
                return "set segment register";
            }
        };
        return from instanceof Operand.Memory memory
                ? List.of(Load.of(Core.TEMPORARY, memory.address(), memory.sizeBytes()), write)
                : List.of(write);
    }

    private static int existing(Operand.Segment segment) {
        if (segment.number() > Core.GS) {
            throw GuestFault.of(GuestFault.Vector.INVALID_OPCODE, "mov of " + segment);
        }
        return segment.number();
    }
}
