package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** SETcc: a byte is 1 if a condition of the flags holds, otherwise 0. Source: Intel SDM vol. 2, "SETcc". */
final class Setcc implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 90+cc /r", "Eb"));
    }

    @Override
    public String assembly(Operands operands) {
        return "set" + Condition.NAMES.get(operands.condition()) + " " + operands;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Destination out = steps.destination(operands.get(0));
        return steps.then(new Holds(out, operands.condition()))
                .store(operands.get(0), out)
                .list();
    }

    private static final class Holds extends Steps.Computation {
        private final int condition;

        Holds(Steps.Destination out, int condition) {
            super(out, Steps.Source.slot(Core.ZERO, 0), Steps.Source.constant(0), 1);
            this.condition = condition;
        }

        @Override
        public void execute(Core core) {
            write(core, core.flags().test(condition) ? 1 : 0);
        }
    }
}
