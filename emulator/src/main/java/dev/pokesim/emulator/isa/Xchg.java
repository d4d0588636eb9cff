package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.ArrayList;
import java.util.List;

/** XCHG: swaps two operands, with memory always as if it had a LOCK. Source: Intel SDM vol. 2, "XCHG". */
final class Xchg implements Instruction {
    @Override
    public List<Encoding> encodings() {
        List<Encoding> rows = new ArrayList<>();
        rows.add(Encoding.of("86 /r", "Eb,Gb"));
        rows.add(Encoding.of("87 /r", "Ev,Gv"));
        rows.add(Encoding.of("90 B", "Zv,ax")); // without REX.B it is NOP
        for (int register = 1; register < 8; register++) {
            rows.add(Encoding.of("%02X".formatted(0x90 + register), "Zv,ax"));
        }
        return List.copyOf(rows);
    }

    @Override
    public boolean isLockable(Operands operands) {
        return operands.hasMemory();
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Operand.Register register = (Operand.Register) operands.get(1);
        return List.of(
                operands.get(0) instanceof Operand.Memory memory
                        ? new WithMemory(memory, register)
                        : new Swap((Operand.Register) operands.get(0), register));
    }

    private static final class WithMemory extends LockedUpdate {
        private final Part register;

        WithMemory(Operand.Memory memory, Operand.Register register) {
            super(memory.address(), memory.sizeBytes());
            this.register = Part.of(register);
        }

        @Override
        protected long update(Core core, long old) {
            long value = register.read(core);
            register.write(core, old);
            return value;
        }
    }

    private static final class Swap extends Steps.Computation {
        private final Part other;

        Swap(Operand.Register register, Operand.Register other) {
            super(
                    Steps.Destination.of(register),
                    Steps.Source.of(register),
                    Steps.Source.constant(0),
                    register.sizeBytes());
            this.other = Part.of(other);
        }

        @Override
        public void execute(Core core) {
            long value = cut(first(core));
            write(core, other.read(core));
            other.write(core, value);
        }
    }
}
