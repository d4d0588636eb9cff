package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** IMUL: the signed product, in twice the width or cut to the width of its destination. Source: Intel SDM vol. 2, "IMUL". */
final class Imul implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("F6 /5", "Eb"),
                Encoding.of("F7 /5", "Ev"),
                Encoding.of("0F AF /r", "Gv,Ev"),
                Encoding.of("6B /r", "Gv,Ev,sb"),
                Encoding.of("69 /r", "Gv,Ev,Iz"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        int sizeBytes = operands.get(0).sizeBytes();
        if (operands.count() == 1) {
            return steps.then(new Whole(steps.source(operands.get(0)), sizeBytes))
                    .list();
        }
        Steps.Destination out = Steps.Destination.of((Operand.Register) operands.get(0));
        int first = operands.count() - 2; // of two operands the destination is the first factor, of three it is not
        Steps.Source a = steps.source(operands.get(first));
        Steps.Source b = steps.source(operands.get(first + 1));
        return steps.then(new Cut(out, a, b, sizeBytes)).list();
    }

    private static final class Whole extends AccumulatorPair {
        Whole(Steps.Source operand, int sizeBytes) {
            super(operand, sizeBytes);
        }

        @Override
        public void execute(Core core) {
            long a = signed(low(core));
            long b = signed(operand(core));
            long low = a * b;
            long high = shift != 0 ? low >> 64 - shift : Math.multiplyHigh(a, b);
            write(core, high, low);
            boolean isWide = high != signed(low) >> 63;
            core.flags().resultWith(low, shift, isWide, isWide);
        }
    }

    private static final class Cut extends Steps.Computation {
        Cut(Steps.Destination out, Steps.Source a, Steps.Source b, int sizeBytes) {
            super(out, a, b, sizeBytes);
        }

        @Override
        public void execute(Core core) {
            long a = extend(first(core));
            long b = extend(second(core));
            long product = a * b;
            boolean isWide = shift != 0 ? extend(product) != product : Math.multiplyHigh(a, b) != product >> 63;
            write(core, core.flags().resultWith(product, shift, isWide, isWide));
        }
    }
}
