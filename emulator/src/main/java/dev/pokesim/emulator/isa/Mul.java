package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** MUL: the unsigned product in twice the width. Source: Intel SDM vol. 2, "MUL". */
final class Mul implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("F6 /4", "Eb"), Encoding.of("F7 /4", "Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source source = steps.source(operands.get(0));
        return steps.then(new Product(source, operands.get(0).sizeBytes())).list();
    }

    private static final class Product extends AccumulatorPair {
        Product(Steps.Source operand, int sizeBytes) {
            super(operand, sizeBytes);
        }

        @Override
        public void execute(Core core) {
            long a = low(core);
            long b = operand(core);
            long low = a * b;
            // the signed upper half, corrected for operands whose highest bit means 2^63; Java 17 has no unsigned one
            long high = shift != 0 ? low >>> 64 - shift : Math.multiplyHigh(a, b) + (a >> 63 & b) + (b >> 63 & a);
            write(core, high, low);
            core.flags().resultWith(low, shift, high != 0, high != 0);
        }
    }
}
