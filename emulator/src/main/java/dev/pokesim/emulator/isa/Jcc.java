package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** Jcc: jumps if a condition of the flags holds. Source: Intel SDM vol. 2, "Jcc". */
final class Jcc implements Instruction {
    /** Conditions 4 and 5 ask for ZF alone. */
    private static final int ZERO = 2;

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("70+cc f64", "Jb"), Encoding.of("0F 80+cc f64", "Jd"));
    }

    @Override
    public String assembly(Operands operands) {
        return "j" + Condition.NAMES.get(operands.condition()) + " " + operands;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        int condition = operands.condition();
        long target = operands.target();
        return List.of(condition >> 1 == ZERO ? onZero(target, (condition & 1) == 0) : onAny(target, condition));
    }

    /** JE and JNE, by far the most frequent: without looking the condition up. */
    private static MicroOp onZero(long target, boolean wanted) {
        return new Compute() {
            @Override
            public void execute(Core core) {
                if (core.flags().zf() == wanted) {
                    core.setNextRip(target);
                }
            }

            @Override
            public Flow flow() {
                return Flow.JUMP;
            }

            @Override
            public String toString() {
                return wanted ? "jump if e" : "jump if ne";
            }
        };
    }

    private static MicroOp onAny(long target, int condition) {
        return new Compute() {
            @Override
            public void execute(Core core) {
                if (core.flags().test(condition)) {
                    core.setNextRip(target);
                }
            }

            @Override
            public Flow flow() {
                return Flow.JUMP;
            }

            @Override
            public String toString() {
                return "jump if " + Condition.NAMES.get(condition);
            }
        };
    }
}
