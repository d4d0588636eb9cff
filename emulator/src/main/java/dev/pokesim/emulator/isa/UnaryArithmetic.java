package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** What INC, DEC, NEG and NOT share: two encodings, and how memory takes part. */
abstract class UnaryArithmetic implements Instruction {
    private final List<Encoding> encodings;

    /**
     * @param opcode of the byte form; the other is the next one
     */
    UnaryArithmetic(int opcode, int digit) {
        encodings = List.of(
                Encoding.of("%02X /%d".formatted(opcode, digit), "Eb"),
                Encoding.of("%02X /%d".formatted(opcode + 1, digit), "Ev"));
    }

    @Override
    public final List<Encoding> encodings() {
        return encodings;
    }

    /**
     * Sets the flags and gives the result.
     *
     * @param shift 64 - bits
     */
    abstract long apply(Rflags flags, long value, int shift);

    /** The computation on registers; written out per instruction, so that each is one call for the interpreter. */
    abstract MicroOp compute(Steps.Destination out, Steps.Source in, int sizeBytes);

    /** The same on 8 bytes; the frequent ones have a shorter way for them. */
    MicroOp computeWhole(Steps.Destination out, Steps.Source in) {
        return compute(out, in, 8);
    }

    @Override
    public boolean isLockable(Operands operands) {
        return operands.hasMemory();
    }

    @Override
    public final List<MicroOp> microOps(Operands operands) {
        Operand operand = operands.get(0);
        if (operands.isLocked()) {
            return List.of(new Locked((Operand.Memory) operand));
        }
        Steps steps = new Steps();
        Steps.Source in = steps.sourceBeforeStore(operand);
        Steps.Destination out = steps.destination(operand);
        int sizeBytes = operand.sizeBytes();
        return steps.then(sizeBytes == 8 ? computeWhole(out, in) : compute(out, in, sizeBytes))
                .store(operand, out)
                .list();
    }

    private final class Locked extends LockedUpdate {
        private final int shift;

        Locked(Operand.Memory memory) {
            super(memory.address(), memory.sizeBytes());
            shift = 64 - 8 * memory.sizeBytes();
        }

        @Override
        protected long update(Core core, long old) {
            return apply(core.flags(), old, shift);
        }
    }
}
