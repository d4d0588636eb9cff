package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * CMPXCHG: stores a register if the destination equals the accumulator, otherwise loads the accumulator. Memory is written in
 * any case; of a 32-bit register that is not equal the upper half stays, as processors do it.
 * Source: Intel SDM vol. 2, "CMPXCHG".
 */
final class Cmpxchg implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F B0 /r", "Eb,Gb"), Encoding.of("0F B1 /r", "Ev,Gv"));
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
        steps.then(new Exchange(out, old, register)).store(operand, out);
        if (operand instanceof Operand.Memory) {
            steps.then(new LoadAccumulator(
                    old, out.sizeBytes())); // the address may be made of it, so not before the store
        }
        return steps.list();
    }

    private static final class Exchange extends Steps.Computation {
        private final Part accumulator;
        private final boolean isMemory;

        Exchange(Steps.Destination out, Steps.Source old, Operand.Register register) {
            super(out, old, Steps.Source.of(register), out.sizeBytes());
            accumulator = Part.of(Core.RAX, 0, out.sizeBytes());
            isMemory = out.slot() >= Core.TEMPORARY;
        }

        @Override
        public void execute(Core core) {
            long old = cut(first(core));
            long replacement = cut(second(core));
            if (core.flags().subtract(accumulator.read(core), old, shift) == 0) {
                write(core, replacement);
            } else if (isMemory) {
                write(core, old);
            } else {
                accumulator.write(core, old);
            }
        }
    }

    /** The accumulator takes what was in memory, if that was something else. */
    private static final class LoadAccumulator extends Steps.Computation {
        private static final int NOT_EQUAL = 5;

        LoadAccumulator(Steps.Source old, int sizeBytes) {
            super(new Steps.Destination(Core.RAX, 0, sizeBytes), old, Steps.Source.constant(0), sizeBytes);
        }

        @Override
        public void execute(Core core) {
            if (core.flags().test(NOT_EQUAL)) {
                write(core, cut(first(core)));
            }
        }
    }

    private static final class Locked extends LockedUpdate {
        private final Part accumulator;
        private final Part register;
        private final int shift;

        Locked(Operand.Memory memory, Operand.Register register) {
            super(memory.address(), memory.sizeBytes());
            this.register = Part.of(register);
            accumulator = Part.of(Core.RAX, 0, memory.sizeBytes());
            shift = 64 - 8 * memory.sizeBytes();
        }

        @Override
        protected long update(Core core, long old) {
            if (core.flags().subtract(accumulator.read(core), old, shift) == 0) {
                return register.read(core);
            }
            accumulator.write(core, old);
            core.setUpdateFailed(true);
            return old;
        }
    }
}
