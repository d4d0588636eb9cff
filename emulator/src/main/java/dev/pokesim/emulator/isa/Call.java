package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** CALL: pushes the address behind it and jumps. Source: Intel SDM vol. 2, "CALL". */
final class Call implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("E8 f64", "Jd"), Encoding.of("FF /2 f64", "Eq"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        Steps.Source target = steps.source(operands.get(0));
        if (operands.get(0) instanceof Operand.Register) {
            steps.then(new SetNextRip(target)); // before RSP moves: CALL RSP jumps to the old value
            return Stack.push(steps, Steps.Source.constant(operands.next()), 8).list();
        }
        return Stack.push(steps, Steps.Source.constant(operands.next()), 8)
                .then(new SetNextRip(target))
                .list();
    }
}
