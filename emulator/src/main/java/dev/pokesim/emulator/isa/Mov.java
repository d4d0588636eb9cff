package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;
import java.util.List;

/** MOV between general registers, memory and constants, MOVABS included. Source: Intel SDM vol. 2, "MOV". */
final class Mov implements Instruction {
    @Override
    public List<Encoding> encodings() {
        return List.of(
                Encoding.of("88 /r", "Eb,Gb"),
                Encoding.of("89 /r", "Ev,Gv"),
                Encoding.of("8A /r", "Gb,Eb"),
                Encoding.of("8B /r", "Gv,Ev"),
                Encoding.of("A0", "al,Ob"),
                Encoding.of("A1", "ax,Ov"),
                Encoding.of("A2", "Ob,al"),
                Encoding.of("A3", "Ov,ax"),
                Encoding.of("B0+r", "Zb,Ib"),
                Encoding.of("B8+r", "Zv,Iv"),
                Encoding.of("C6 /0", "Eb,Ib"),
                Encoding.of("C7 /0", "Ev,Iz"));
    }

    @Override
    public String assembly(Operands operands) {
        boolean hasAbsoluteAddress = (operands.opcode() & 0xfc) == 0xa0;
        if (hasAbsoluteAddress) { // the register says the width
            return "movabs " + operands.toString().replaceFirst("[a-z]+ ptr ", "");
        }
        boolean hasLongConstant = (operands.opcode() & 0xf8) == 0xb8 && operands.sizeBytes() == 8;
        return (hasLongConstant ? "movabs " : "mov ") + operands;
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        Operand to = operands.get(0);
        Operand from = operands.get(1);
        if (to instanceof Operand.Memory memory) {
            return List.of(
                    from instanceof Operand.Register register
                            ? Store.of(memory.address(), memory.sizeBytes(), register.number(), register.shift())
                            : Store.constant(memory.address(), memory.sizeBytes(), ((Operand.Immediate) from).value()));
        }
        Operand.Register register = (Operand.Register) to;
        if (from instanceof Operand.Memory memory && register.sizeBytes() >= 4) {
            return List.of(Load.of(register.number(), memory.address(), memory.sizeBytes()));
        }
        Steps steps = new Steps();
        Steps.Source source = steps.source(from);
        Steps.Destination out = Steps.Destination.of(register);
        if (source.isConstant()) {
            return List.of(new Constant(out, source.constant()));
        }
        int sizeBytes = register.sizeBytes();
        return steps.then(sizeBytes == 8 ? new WholeCopy(out, source) : new Copy(out, source, sizeBytes))
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

    private static final class WholeCopy extends Steps.WholeComputation {
        WholeCopy(Steps.Destination out, Steps.Source from) {
            super(out, from, Steps.Source.constant(0));
        }

        @Override
        public void execute(Core core) {
            write(core, first(core));
        }
    }

    private static final class Constant extends Steps.Computation {
        private final long value;

        Constant(Steps.Destination out, long value) {
            super(out, Steps.Source.slot(Core.ZERO, 0), Steps.Source.constant(0), out.sizeBytes());
            this.value = cut(value);
        }

        @Override
        public void execute(Core core) {
            write(core, value);
        }
    }
}
