package dev.pokesim.patcher.site;

import java.util.Arrays;
import java.util.Optional;

/**
 * How a field of an object file gets its value when the object has an address. Source: System V ABI, AMD64 supplement,
 * "Relocation Types"; Linux arch/x86/kernel/module.c, apply_relocate_add(), accepts the same ones.
 */
enum RelocationType {
    R_X86_64_NONE(0, 0, false, Fit.ANY),
    R_X86_64_64(1, 8, false, Fit.ANY),
    R_X86_64_PC32(2, 4, true, Fit.SIGNED),
    /** A call or jump; with everything in reach, the procedure linkage table is not needed. */
    R_X86_64_PLT32(4, 4, true, Fit.SIGNED),
    R_X86_64_32(10, 4, false, Fit.UNSIGNED),
    R_X86_64_32S(11, 4, false, Fit.SIGNED),
    R_X86_64_PC64(24, 8, true, Fit.ANY);

    private enum Fit {
        ANY,
        SIGNED,
        UNSIGNED
    }

    private final int number;
    private final int sizeBytes;
    private final boolean relative;
    private final Fit fit;

    RelocationType(int number, int sizeBytes, boolean relative, Fit fit) {
        this.number = number;
        this.sizeBytes = sizeBytes;
        this.relative = relative;
        this.fit = fit;
    }

    static Optional<RelocationType> of(int number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    /** Bytes that it changes: 0, 4 or 8. */
    int sizeBytes() {
        return sizeBytes;
    }

    /**
     * What to store.
     *
     * @param symbolPlusAddend the address that the field is to mean
     * @param place the address of the field
     */
    long value(long symbolPlusAddend, long place) {
        return relative ? symbolPlusAddend - place : symbolPlusAddend;
    }

    /** Whether the field, read back the way the instruction does, gives the value again. */
    boolean holds(long value) {
        return switch (fit) {
            case ANY -> true;
            case SIGNED -> value == (int) value;
            case UNSIGNED -> value == Integer.toUnsignedLong((int) value);
        };
    }
}
