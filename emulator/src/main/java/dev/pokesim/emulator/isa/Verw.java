package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import java.util.ArrayList;
import java.util.List;

/**
 * VERW: ZF is whether a selector's segment can be written. There is no descriptor table: writable is the segment that SS has, not
 * writable those of CS and of the null selectors. Kernels use it for what it does to buffers inside some processors, of which there
 * are none here. Source: Intel SDM vol. 2, "VERR/VERW".
 */
final class Verw implements Instruction {
    /** The requested privilege level, which selects no segment. */
    private static final long RPL = 3;

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F 00 /5", "Ew"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        List<MicroOp> steps = new ArrayList<>();
        Operand operand = operands.get(0);
        if (operand instanceof Operand.Memory memory) {
            steps.add(Load.of(Core.TEMPORARY, memory.address(), memory.sizeBytes()));
        }
        int slot = operand instanceof Operand.Register register ? register.number() : Core.TEMPORARY;
        steps.add(new Compute() {
            @Override
            public void execute(Core core) {
                long selector = core.file()[slot] & 0xffff & ~RPL;
                boolean isWritable = selector != 0 && selector == (core.segment(Core.SS) & ~RPL);
                if (!isWritable && selector != 0 && selector != (core.segment(Core.CS) & ~RPL)) {
                    throw new NotModelled(core.rip(), "verw of selector 0x" + Long.toHexString(selector));
                }
                core.flags().setZero(isWritable);
            }

            @Override
            public String toString() {
                return "writable?";
            }
        });
        return steps;
    }
}
