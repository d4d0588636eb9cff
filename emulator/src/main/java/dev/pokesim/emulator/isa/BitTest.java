package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.emulator.microop.Load;
import dev.pokesim.emulator.microop.LockedUpdate;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Store;
import java.util.List;

/**
 * What BT, BTS, BTR and BTC share: CF takes a bit of a register or of a bit string in memory. There, a register gives an
 * offset that may lead far from the operand's address, in either direction; a constant stays inside the operand.
 */
abstract class BitTest implements Instruction {
    private final List<Encoding> encodings;

    /**
     * @param opcode of the form with a register
     * @param digit of the one with a constant
     */
    BitTest(int opcode, int digit) {
        encodings = List.of(
                Encoding.of("0F %02X /r".formatted(opcode), "Ev,Gv"),
                Encoding.of("0F BA /%d".formatted(digit), "Ev,Ib"));
    }

    @Override
    public final List<Encoding> encodings() {
        return encodings;
    }

    /**
     * The value after the bit was tested.
     *
     * @param mask the bit
     */
    abstract long change(long value, long mask);

    /** The computation on registers; written out per instruction, so that each is one call for the interpreter. */
    abstract MicroOp compute(Steps.Destination out, Steps.Source value, Steps.Source bit, int sizeBytes);

    /** Whether the bit changes; BT only looks. */
    boolean changesBit() {
        return true;
    }

    @Override
    public boolean isLockable(Operands operands) {
        return changesBit() && operands.get(0) instanceof Operand.Memory;
    }

    @Override
    public final List<MicroOp> microOps(Operands operands) {
        Operand first = operands.get(0);
        Steps.Source bit = Steps.Source.of(operands.get(1));
        int sizeBytes = first.sizeBytes();
        if (first instanceof Operand.Register register) {
            return List.of(compute(Steps.Destination.of(register), Steps.Source.of(register), bit, sizeBytes));
        }
        EffectiveAddress start = ((Operand.Memory) first).address();
        AddressOf address = bit.isConstant() ? start : new BitStringAddress(start, bit.slot(), sizeBytes);
        if (operands.isLocked()) {
            return List.of(new Locked(address, sizeBytes, bit));
        }
        Steps.Source value = Steps.Source.slot(Core.TEMPORARY, 0);
        Steps.Destination out = Steps.Destination.slot(Core.TEMPORARY + 1, sizeBytes);
        MicroOp compute = compute(out, value, bit, sizeBytes);
        return changesBit()
                ? List.of(
                        Load.beforeStore(value.slot(), address, sizeBytes),
                        compute,
                        Store.of(address, sizeBytes, out.slot(), 0))
                : List.of(Load.of(value.slot(), address, sizeBytes), compute);
    }

    /** The operand-sized unit of a bit string that has the bit: the offset is signed. */
    private record BitStringAddress(EffectiveAddress start, int slot, int sizeBytes) implements AddressOf {
        @Override
        public long in(Core core) {
            int shift = 64 - 8 * sizeBytes;
            long offset = core.file()[slot] << shift >> shift;
            return start.in(core) + Math.floorDiv(offset, 8L * sizeBytes) * sizeBytes;
        }
    }

    /** A computation of a value and the bit's offset, taken modulo the width. */
    abstract static class OnBit extends Steps.Computation {
        private final int mask;

        OnBit(Steps.Destination out, Steps.Source value, Steps.Source bit, int sizeBytes) {
            super(out, value, bit, sizeBytes);
            mask = 8 * sizeBytes - 1;
        }

        /**
         * CF takes the bit.
         *
         * @return a mask of it
         */
        final long test(Core core) {
            long bit = 1L << (second(core) & mask);
            core.flags().setCarryKeepOverflow((first(core) & bit) != 0);
            return bit;
        }
    }

    private final class Locked extends LockedUpdate {
        private final Steps.Source bit;
        private final int mask;

        Locked(AddressOf address, int sizeBytes, Steps.Source bit) {
            super(address, sizeBytes);
            this.bit = bit;
            mask = 8 * sizeBytes - 1;
        }

        @Override
        protected long update(Core core, long old) {
            long offset = bit.isConstant() ? bit.constant() : core.file()[bit.slot()];
            long selected = 1L << (offset & mask);
            core.flags().setCarryKeepOverflow((old & selected) != 0);
            return change(old, selected);
        }
    }
}
