package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** What the shifts and rotates by a count share: six encodings, the masking of the count, and how memory takes part. */
abstract class ShiftOrRotate implements Instruction {
    private final List<Encoding> encodings;

    /**
     * @param digit the operation's place in group 2
     */
    ShiftOrRotate(int digit) {
        encodings = List.of(
                row("C0", digit, "Eb,Ib"),
                row("C1", digit, "Ev,Ib"),
                row("D0", digit, "Eb,1"),
                row("D1", digit, "Ev,1"),
                row("D2", digit, "Eb,cl"),
                row("D3", digit, "Ev,cl"));
    }

    private static Encoding row(String opcode, int digit, String operands) {
        return Encoding.of(opcode + " /" + digit, operands);
    }

    @Override
    public final List<Encoding> encodings() {
        return encodings;
    }

    @Override
    public final String assembly(Operands operands) {
        boolean isByOne = (operands.opcode() & 0xfe) == 0xd0;
        return mnemonic() + " " + (isByOne ? operands.get(0) + ",1" : operands);
    }

    /** The computation, written out per instruction, so that each is one call for the interpreter. */
    abstract MicroOp compute(Steps.Destination out, Steps.Source value, Steps.Source count, int sizeBytes);

    @Override
    public final List<MicroOp> microOps(Operands operands) {
        Operand operand = operands.get(0);
        Steps steps = new Steps();
        Steps.Source value = steps.sourceBeforeStore(operand);
        Steps.Source count = Steps.Source.of(operands.get(1));
        Steps.Destination out = steps.destination(operand);
        return steps.then(compute(out, value, count, operand.sizeBytes()))
                .store(operand, out)
                .list();
    }

    /** A computation by a count of 0 to 31, or 0 to 63 for 64 bits; by 0 no flag changes. */
    abstract static class ByCount extends Steps.Computation {
        /** Width of the operand. */
        final int bits;

        private final int mask;

        ByCount(Steps.Destination out, Steps.Source value, Steps.Source count, int sizeBytes) {
            super(out, value, count, sizeBytes);
            bits = 8 * sizeBytes;
            mask = sizeBytes == 8 ? 63 : 31;
        }

        /** The count, masked. */
        final int count(Core core) {
            return (int) second(core) & mask;
        }

        /** The highest bit of a value of the operand's width. */
        final boolean sign(long value) {
            return value << shift < 0;
        }

        /** Whether the two highest bits of a value differ. */
        final boolean signsDiffer(long value) {
            return (value ^ value << 1) << shift < 0;
        }
    }
}
