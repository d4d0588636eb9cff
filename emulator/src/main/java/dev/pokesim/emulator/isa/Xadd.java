package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** XADD: adds, and the old value goes to the register. Source: Intel SDM vol. 2, "XADD". */
final class Xadd implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F C0 /r", "Eb,Gb"), Encoding.of("0F C1 /r", "Ev,Gv"));
    }

    @Override
    public boolean isLockable(Operands operands) {
        return operands.get(0) instanceof Operand.Memory;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Operand operand = operands.get(0);
        Operand.Register register = (Operand.Register) operands.get(1);
        if (operands.isLocked()) {
            return List.of(new Locked((Operand.Memory) operand, register));
        }
        Steps steps = new Steps();
        Steps.Source old = steps.sourceBeforeStore(operand);
        Steps.Destination out = steps.destination(operand);
        if (operand instanceof Operand.Memory) { // the address may be made of the register, so it changes last
            return steps.then(new MemorySum(out, old, register))
                    .store(operand, out)
                    .then(new Copy(register, old))
                    .list();
        }
        return steps.then(new Sum(out, old, register)).list();
    }

    private static final class MemorySum extends Steps.Computation {
        MemorySum(Steps.Destination out, Steps.Source old, Operand.Register register) {
            super(out, old, Steps.Source.of(register), out.sizeBytes());
        }

        @Override
        public void execute(Core core) {
            write(core, core.flags().add(cut(first(core)), second(core), shift));
        }
    }

    private static final class Copy extends Steps.Computation {
        Copy(Operand.Register register, Steps.Source old) {
            super(Steps.Destination.of(register), old, Steps.Source.constant(0), register.sizeBytes());
        }

        @Override
        public void execute(Core core) {
            write(core, cut(first(core)));
        }
    }

    private static final class Sum extends Steps.Computation {
        private final Part register;

        Sum(Steps.Destination out, Steps.Source old, Operand.Register register) {
            super(out, old, Steps.Source.of(register), out.sizeBytes());
            this.register = Part.of(register);
        }

        @Override
        public void execute(Core core) {
            long old = cut(first(core));
            long sum = core.flags().add(old, second(core), shift);
            register.write(core, old);
            write(core, sum); // last: XADD of a register to itself keeps the sum
        }
    }

    private static final class Locked extends LockedUpdate {
        private final Part register;
        private final int shift;

        Locked(Operand.Memory memory, Operand.Register register) {
            super(memory.address(), memory.sizeBytes());
            this.register = Part.of(register);
            shift = 64 - 8 * memory.sizeBytes();
        }

        @Override
        protected long update(Core core, long old) {
            long sum = core.flags().add(old, register.read(core), shift);
            register.write(core, old);
            return sum;
        }
    }
}
