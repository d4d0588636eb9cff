package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * CMOVcc: moves if a condition of the flags holds. Memory is read in any case, and the upper half of a 32-bit destination is
 * cleared in any case. Source: Intel SDM vol. 2, "CMOVcc".
 */
final class Cmovcc implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 40+cc /r", "Gv,Ev"));
    }

    @Override
    public String assembly(Operands operands) {
        return "cmov" + Condition.NAMES.get(operands.condition()) + " " + operands;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Operand.Register register = (Operand.Register) operands.get(0);
        Steps.Source source = steps.source(operands.get(1));
        return steps.then(new Choice(register, source, operands.condition())).list();
    }

    private static final class Choice extends Steps.Computation {
        private final int condition;

        Choice(Operand.Register register, Steps.Source source, int condition) {
            super(Steps.Destination.of(register), Steps.Source.of(register), source, register.sizeBytes());
            this.condition = condition;
        }

        @Override
        public void execute(Core core) {
            write(core, cut(core.flags().test(condition) ? second(core) : first(core)));
        }
    }
}
