package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** What SHLD and SHRD share: two encodings, a count from CL or a constant, and how memory takes part. */
abstract class DoubleShift implements Instruction {
    private final List<Encoding> encodings;

    /**
     * @param opcode of the form with a constant; the one with CL is the next
     */
    DoubleShift(int opcode) {
        encodings = List.of(
                Encoding.of("0F %02X /r".formatted(opcode), "Ev,Gv,Ib"),
                Encoding.of("0F %02X /r".formatted(opcode + 1), "Ev,Gv,cl"));
    }

    @Override
    public final List<Encoding> encodings() {
        return encodings;
    }

    /** The computation, written out per instruction, so that each is one call for the interpreter. */
    abstract MicroOp compute(
            Steps.Destination out, Steps.Source value, Steps.Source fill, Steps.Source count, int sizeBytes);

    @Override
    public final List<MicroOp> microOps(Operands operands) {
        Operand operand = operands.get(0);
        Steps steps = new Steps();
        Steps.Source value = steps.sourceBeforeStore(operand);
        Steps.Source fill = Steps.Source.of(operands.get(1));
        Steps.Source count = Steps.Source.of(operands.get(2));
        Steps.Destination out = steps.destination(operand);
        return steps.then(compute(out, value, fill, count, operand.sizeBytes()))
                .store(operand, out)
                .list();
    }

    /** A computation by a count of 0 to 31, or 0 to 63 for 64 bits; by 0 no flag changes. */
    abstract static class ByCount extends Steps.Computation {
        /** Width of the operand. */
        final int bits;

        private final Steps.Source count;
        private final int mask;

        ByCount(Steps.Destination out, Steps.Source value, Steps.Source fill, Steps.Source count, int sizeBytes) {
            super(out, value, fill, sizeBytes);
            this.count = count;
            bits = 8 * sizeBytes;
            mask = sizeBytes == 8 ? 63 : 31;
        }

        /** The count, masked. */
        final int count(Core core) {
            return (int) (count.isConstant() ? count.constant() : core.file()[count.slot()]) & mask;
        }

        /** Writes the result and sets the flags: OF says that the sign changed. */
        final void finish(Core core, long value, long result, boolean carry) {
            boolean overflow = (value ^ result) << shift < 0;
            write(core, core.flags().resultWith(result, shift, carry, overflow));
        }
    }
}
