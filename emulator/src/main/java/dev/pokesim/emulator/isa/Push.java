package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** PUSH of a register, constant or word in memory; PUSH RSP pushes the value from before. Source: Intel SDM vol. 2, "PUSH". */
final class Push implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("50+r 64", "Zv"),
                Encoding.of("68 64", "Iz"),
                Encoding.of("6A 64", "sb"),
                Encoding.of("FF /6 64", "Ev"));
    }

    @Override
    public String assembly(Operands operands) {
        if (operands.get(0) instanceof Operand.Immediate immediate) {
            boolean isWord = operands.sizeBytes() == 2;
            return isWord
                    ? "pushw 0x" + Long.toHexString(immediate.value() & 0xffff)
                    : "push 0x" + Long.toHexString(immediate.value());
        }
        return "push " + operands;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        return Stack.push(steps, steps.source(operands.get(0)), operands.sizeBytes())
                .list();
    }
}
