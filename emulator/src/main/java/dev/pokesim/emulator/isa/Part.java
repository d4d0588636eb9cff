package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;

/** A part of a register that an instruction writes besides its destination. A write of 32 bits clears the upper half. */
record Part(int slot, int shift, long mask, long keep) {
    static Part of(Operand.Register register) {
        return of(register.number(), register.shift(), register.sizeBytes());
    }

    /**
     * @param shift 8 for ah, ch, dh, bh, otherwise 0
     */
    static Part of(int slot, int shift, int sizeBytes) {
        long mask = -1L >>> 64 - 8 * sizeBytes;
        return new Part(slot, shift, mask, sizeBytes < 4 ? ~(mask << shift) : 0);
    }

    /** The value, zero-extended. */
    long read(Core core) {
        return core.file()[slot] >>> shift & mask;
    }

    /**
     * @param value zero-extended
     */
    void write(Core core, long value) {
        long[] file = core.file();
        file[slot] = file[slot] & keep | value << shift;
    }
}
