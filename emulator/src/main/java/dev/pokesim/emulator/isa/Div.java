package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** DIV: unsigned quotient and remainder of a dividend of twice the width. Source: Intel SDM vol. 2, "DIV". */
final class Div implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F6 /6", "Eb"), Encoding.of("F7 /6", "Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(0));
        return steps.then(new Quotient(source, operands.get(0).sizeBytes())).list();
    }

    /** #DE: a division by 0, or one whose quotient does not fit. */
    static GuestFault divideError() {
        return GuestFault.of(GuestFault.Vector.DIVIDE_ERROR, "the divisor is 0 or too small for the dividend");
    }

    /** Divides 128 bits by 64; the quotient must fit: {@code high} is below {@code divisor}, unsigned. */
    static long quotient(long high, long low, long divisor) {
        if (high == 0) {
            return Long.divideUnsigned(low, divisor);
        }
        long remainder = high;
        long quotient = 0;
        for (int bit = 63; bit >= 0; bit--) {
            boolean carry = remainder < 0;
            remainder = remainder << 1 | low >>> bit & 1;
            if (carry || Long.compareUnsigned(remainder, divisor) >= 0) {
                remainder -= divisor;
                quotient |= 1L << bit;
            }
        }
        return quotient;
    }

    private static final class Quotient extends AccumulatorPair {
        Quotient(Steps.Source operand, int sizeBytes) {
            super(operand, sizeBytes);
        }

        @Override
        public void execute(Core core) {
            long divisor = operand(core);
            long high = high(core);
            long low = low(core);
            if (Long.compareUnsigned(high, divisor) >= 0) {
                throw divideError();
            }
            if (shift != 0) {
                long dividend = high << 64 - shift | low;
                long quotient = Long.divideUnsigned(dividend, divisor);
                write(core, dividend - quotient * divisor, quotient);
            } else {
                long quotient = quotient(high, low, divisor);
                write(core, low - quotient * divisor, quotient); // the upper half of the difference is 0
            }
        }
    }
}
