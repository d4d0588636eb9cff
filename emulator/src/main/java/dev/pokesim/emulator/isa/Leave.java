package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/** LEAVE: RSP becomes RBP, then RBP is popped. Source: Intel SDM vol. 2, "LEAVE". */
final class Leave implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("C9 64"));
    }

    @Override
    public String assembly(Operands operands) {
        return operands.sizeBytes() == 2 ? "leavew" : mnemonic();
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        int size = operands.sizeBytes();
        long kept = size == 8 ? 0 : ~0xffffL;
        return List.of(Load.of(Core.TEMPORARY, core -> core.register(Core.RBP), size), new Compute() {
            @Override
            public void execute(Core core) {
                long frame = core.register(Core.RBP);
                core.setRegister(Core.RSP, frame + size);
                core.setRegister(Core.RBP, frame & kept | core.file()[Core.TEMPORARY]);
            }

            @Override
            public String toString() {
                return "leave frame";
            }
        });
    }
}
