package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** What ADD, OR, ADC, SBB, AND, SUB, XOR and CMP share: nine encodings at a distance of 8, and how memory takes part. */
abstract class BinaryArithmetic implements Instruction {
    private final List<Encoding> encodings;

    /**
     * @param number 0 to 7: the operation's place in the opcode map and its /digit
     */
    BinaryArithmetic(int number) {
        encodings = List.of(
                row(number * 8, "/r", "Eb,Gb"),
                row(number * 8 + 1, "/r", "Ev,Gv"),
                row(number * 8 + 2, "/r", "Gb,Eb"),
                row(number * 8 + 3, "/r", "Gv,Ev"),
                row(number * 8 + 4, "", "al,Ib"),
                row(number * 8 + 5, "", "ax,Iz"),
                row(0x80, "/" + number, "Eb,Ib"),
                row(0x81, "/" + number, "Ev,Iz"),
                row(0x83, "/" + number, "Ev,sb"));
    }

    private static Encoding row(int opcode, String modRm, String operands) {
        return Encoding.of("%02X %s".formatted(opcode, modRm), operands);
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
    abstract long apply(Rflags flags, long first, long second, int shift);

    /** The computation on registers; written out per instruction, so that each is one call for the interpreter. */
    abstract MicroOp compute(Steps.Destination out, Steps.Source first, Steps.Source second, int sizeBytes);

    /** The same on 8 bytes; the frequent ones have a shorter way for them. */
    MicroOp computeWhole(Steps.Destination out, Steps.Source first, Steps.Source second) {
        return compute(out, first, second, 8);
    }

    /** Whether the result is kept; CMP drops it. */
    boolean keepsResult() {
        return true;
    }

    @Override
    public boolean isLockable(Operands operands) {
        return keepsResult() && operands.get(0) instanceof Operand.Memory;
    }

    @Override
    public final List<MicroOp> microOps(Operands operands) {
        Operand first = operands.get(0);
        Operand second = operands.get(1);
        if (operands.isLocked()) {
            return List.of(new Locked((Operand.Memory) first, Steps.Source.of(second)));
        }
        Steps steps = new Steps();
        Steps.Source left = keepsResult() ? steps.sourceBeforeStore(first) : steps.source(first);
        Steps.Source right = steps.source(second);
        Steps.Destination out =
                keepsResult() ? steps.destination(first) : Steps.Destination.slot(steps.temporary(), first.sizeBytes());
        steps.then(
                first.sizeBytes() == 8 ? computeWhole(out, left, right) : compute(out, left, right, first.sizeBytes()));
        return keepsResult() ? steps.store(first, out).list() : steps.list();
    }

    private final class Locked extends LockedUpdate {
        private final Steps.Source operand;
        private final int shift;

        Locked(Operand.Memory memory, Steps.Source operand) {
            super(memory.address(), memory.sizeBytes());
            this.operand = operand;
            shift = 64 - 8 * memory.sizeBytes();
        }

        @Override
        protected long update(Core core, long old) {
            long value = operand.isConstant() ? operand.constant() : core.file()[operand.slot()] >>> operand.shift();
            return apply(core.flags(), old, value, shift);
        }
    }
}
