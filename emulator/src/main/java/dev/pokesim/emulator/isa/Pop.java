package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;
import java.util.List;

/**
 * POP into a register or memory. The address of a memory destination that is based on RSP counts from the RSP after the pop;
 * POP RSP ends with the popped value. Source: Intel SDM vol. 2, "POP".
 */
final class Pop implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("58+r 64", "Zv"), Encoding.of("8F /0 64", "Ev"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        int size = operands.sizeBytes();
        Steps steps = new Steps();
        if (operands.get(0) instanceof Operand.Memory memory) {
            int popped = steps.temporary();
            EffectiveAddress address = memory.address();
            EffectiveAddress to = address.isBasedOnRsp() ? address.plus(size) : address;
            // RSP moves last, so that a store that faults leaves it alone
            return steps.then(Load.of(popped, Stack.top(), size))
                    .then(Store.of(to, size, popped, 0))
                    .then(Stack.move(size))
                    .list();
        }
        Operand.Register register = (Operand.Register) operands.get(0);
        if (size == 8) {
            steps.then(Load.of(register.number(), Stack.top(), size));
            return register.number() == Core.RSP
                    ? steps.list()
                    : steps.then(Stack.move(size)).list();
        }
        int popped = steps.temporary();
        return Stack.pop(steps, popped, size)
                .then(new Copy(Steps.Destination.of(register), Steps.Source.slot(popped, 0), size))
                .list();
    }

    private static final class Copy extends Steps.Computation {
        Copy(Steps.Destination out, Steps.Source from, int sizeBytes) {
            super(out, from, Steps.Source.constant(0), sizeBytes);
        }

        @Override
        public void execute(Core core) {
            write(core, cut(first(core)));
        }
    }
}
