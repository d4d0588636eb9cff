package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.InterruptReturn;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.List;

/**
 * IRETQ: loads RIP, CS, RFLAGS, RSP and SS from the stack, and serialises. CS and SS are loaded and dropped: privilege levels and
 * segments are not modelled, so it never changes either. Source: Intel SDM vol. 2, "IRET/IRETD/IRETQ".
 */
final class Iretq implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("CF W"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Steps steps = new Steps();
        int rip = word(steps, 0);
        word(steps, 1); // CS
        int flags = word(steps, 2);
        int rsp = word(steps, 3);
        word(steps, 4); // SS
        return steps.then(InterruptReturn.ofInstruction(rip, flags, rsp)).list();
    }

    private static int word(Steps steps, int number) {
        int slot = steps.temporary();
        steps.then(Load.of(slot, core -> core.register(Core.RSP) + 8L * number, 8));
        return slot;
    }
}
