package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** IDIV: signed quotient, rounded towards 0, and remainder of a dividend of twice the width. Source: Intel SDM vol. 2, "IDIV". */
final class Idiv implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F6 /7", "Eb"), Encoding.of("F7 /7", "Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(0));
        return steps.then(new Quotient(source, operands.get(0).sizeBytes())).list();
    }

    private static final class Quotient extends AccumulatorPair {
        Quotient(Steps.Source operand, int sizeBytes) {
            super(operand, sizeBytes);
        }

        @Override
        public void execute(Core core) {
            long divisor = signed(operand(core));
            if (divisor == 0) {
                throw Div.divideError();
            }
            long high = signed(high(core));
            long low = low(core);
            if (shift == 0) {
                divideWide(core, high, low, divisor);
                return;
            }
            long dividend = high << 64 - shift | low;
            long quotient = dividend / divisor;
            // the most negative dividend by -1 stays what it is in Java and is caught here, too
            if (signed(quotient) != quotient) {
                throw Div.divideError();
            }
            write(core, dividend - quotient * divisor, quotient);
        }

        private void divideWide(Core core, long high, long low, long divisor) {
            boolean isNegative = high < 0 != divisor < 0;
            long size = Math.abs(divisor); // of the most negative one: 2^63 as unsigned
            long sizeLow = high < 0 ? -low : low;
            long sizeHigh = high < 0 ? ~high + (low == 0 ? 1 : 0) : high;
            if (Long.compareUnsigned(sizeHigh, size) >= 0) {
                throw Div.divideError();
            }
            long quotient = Div.quotient(sizeHigh, sizeLow, size);
            if (quotient < 0 && !(isNegative && quotient == Long.MIN_VALUE)) {
                throw Div.divideError();
            }
            long result = isNegative ? -quotient : quotient;
            write(core, low - result * divisor, result);
        }
    }
}
