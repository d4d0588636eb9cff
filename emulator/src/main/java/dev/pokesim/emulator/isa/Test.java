package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** TEST: the flags of an AND. Source: Intel SDM vol. 2, "TEST". */
final class Test implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("84 /r", "Eb,Gb"),
                Encoding.of("85 /r", "Ev,Gv"),
                Encoding.of("A8", "al,Ib"),
                Encoding.of("A9", "ax,Iz"),
                Encoding.of("F6 /0", "Eb,Ib"),
                Encoding.of("F7 /0", "Ev,Iz"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source first = steps.source(operands.get(0));
        Steps.Source second = steps.source(operands.get(1));
        int sizeBytes = operands.get(0).sizeBytes();
        return steps.then(sizeBytes == 8 ? new WholeAnd(first, second) : new And(first, second, sizeBytes))
                .list();
    }

    private static final class And extends Steps.Computation {
        And(Steps.Source first, Steps.Source second, int sizeBytes) {
            super(Steps.Destination.slot(Core.TEMPORARY, sizeBytes), first, second, sizeBytes);
        }

        @Override
        public void execute(Core core) {
            core.flags().logic(first(core) & second(core), shift);
        }
    }

    private static final class WholeAnd extends Steps.WholeComputation {
        WholeAnd(Steps.Source first, Steps.Source second) {
            super(Steps.Destination.slot(Core.TEMPORARY, 8), first, second);
        }

        @Override
        public void execute(Core core) {
            core.flags().logic(first(core) & second(core), 0);
        }
    }
}
