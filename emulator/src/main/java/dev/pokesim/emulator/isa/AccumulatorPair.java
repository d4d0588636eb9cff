package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;

/** A computation between an operand and the pair rDX:rAX, or AX for bytes: the one-operand forms of MUL, IMUL, DIV, IDIV. */
abstract class AccumulatorPair extends Compute {
    /** 64 - bits of the operand. */
    final int shift;

    private final int sizeBytes;
    private final int slot;
    private final int slotShift;

    /**
     * @param operand no constant
     */
    AccumulatorPair(Steps.Source operand, int sizeBytes) {
        this.sizeBytes = sizeBytes;
        shift = 64 - 8 * sizeBytes;
        slot = operand.slot();
        slotShift = operand.shift();
    }

    /** The operand, zero-extended. */
    final long operand(Core core) {
        return core.file()[slot] >>> slotShift << shift >>> shift;
    }

    /** The lower half of the pair, zero-extended. */
    final long low(Core core) {
        return core.file()[Core.RAX] << shift >>> shift;
    }

    /** The upper half of the pair, zero-extended. */
    final long high(Core core) {
        long value = sizeBytes == 1 ? core.file()[Core.RAX] >>> 8 : core.file()[Core.RDX];
        return value << shift >>> shift;
    }

    final long signed(long value) {
        return value << shift >> shift;
    }

    /** Sets both halves. Garbage above the width is cut off. */
    final void write(Core core, long high, long low) {
        long[] file = core.file();
        switch (sizeBytes) {
            case 1 -> file[Core.RAX] = file[Core.RAX] & ~0xffffL | (high & 0xff) << 8 | low & 0xff;
            case 2 -> {
                file[Core.RAX] = file[Core.RAX] & ~0xffffL | low & 0xffff;
                file[Core.RDX] = file[Core.RDX] & ~0xffffL | high & 0xffff;
            }
            default -> {
                file[Core.RAX] = low << shift >>> shift;
                file[Core.RDX] = high << shift >>> shift;
            }
        }
    }

    @Override
    public String toString() {
        return "compute";
    }
}
