package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** MOVBE: loads or stores with the bytes in reverse order. Source: Intel SDM vol. 2, "MOVBE". */
final class Movbe implements Instruction {
    @Override
    public List<Encoding> encodings() {
        // F2 makes it CRC32, so the operand size cannot be left to whatever prefixes there are
        return List.of(
                Encoding.of("NP 0F 38 F0 mem", "Gy,My"),
                Encoding.of("66 0F 38 F0 mem NW", "Gw,Mw"),
                Encoding.of("66 0F 38 F0 mem W", "Gq,Mq"),
                Encoding.of("NP 0F 38 F1 mem", "My,Gy"),
                Encoding.of("66 0F 38 F1 mem NW", "Mw,Gw"),
                Encoding.of("66 0F 38 F1 mem W", "Mq,Gq"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Operand to = operands.get(0);
        Steps steps = new Steps();
        Steps.Source from = steps.source(operands.get(1));
        Steps.Destination out = steps.destination(to);
        steps.then(new Steps.Computation(out, from, Steps.Source.constant(0), to.sizeBytes()) {
            @Override
            public void execute(Core core) {
                write(core, Long.reverseBytes(first(core) << shift));
            }
        });
        return steps.store(to, out).list();
    }
}
