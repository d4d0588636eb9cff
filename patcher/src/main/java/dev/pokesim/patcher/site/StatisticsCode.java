package dev.pokesim.patcher.site;

import static dev.pokesim.patcher.assembler.CodeBuffer.imm;
import static jnr.x86asm.Asm.ptr;
import static jnr.x86asm.Asm.qword_ptr;
import static jnr.x86asm.Asm.qword_ptr_abs;
import static jnr.x86asm.Asm.r11;
import static jnr.x86asm.Asm.rsi;

import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.patcher.assembler.CodeBuffer;
import jnr.x86asm.Mem;
import jnr.x86asm.Register;
import jnr.x86asm.SEGMENT;

/**
 * Writes what a static key switches on: updates of per-CPU counters in the forms that compilers and the kernel's this_cpu
 * operations give. They change R11, the flags and the statistics area, nothing else. The area is relative to the GS base and
 * consists of slots: a count of passes, then a sum that depends on the arguments.
 */
final class StatisticsCode {
    /** Offset of the area from the GS base. */
    static final int AREA_OFFSET = 0x40;

    static final int SLOT_BYTES = 16;
    static final int SLOTS = 32;
    static final int AREA_BYTES = SLOTS * SLOT_BYTES;

    /** The slot of passes through the leaf that calls are redirected to; the sites share the others. */
    static final int LEAF_SLOT = SLOTS - 1;

    private StatisticsCode() {}

    /** The slot of the site with that number, counted from 0. */
    static int slotOf(int siteNumber) {
        return siteNumber % LEAF_SLOT;
    }

    /** Counts one pass in the slot, and perhaps adds to its sum: 1 to 4 instructions, 30 bytes at most. */
    static void count(CodeBuffer code, SeededRandom random, int slot) {
        int offset = AREA_OFFSET + slot * SLOT_BYTES;
        switch (random.nextInt(5)) {
            case 0 -> code.gs().emit(a -> a.inc(absolute(offset)));
            case 1 -> code.gs().lock().emit(a -> a.inc(absolute(offset)));
            case 2 -> code.gs().emit(a -> a.add(absolute(offset), imm(1)));
            case 3 -> {
                code.emit(a -> a.mov(Register.gpd(11), imm(1)));
                code.gs().emit(a -> a.xadd(absolute(offset), r11));
            }
            default -> {
                code.emit(a -> a.mov(Register.gpd(11), imm(offset)));
                code.gs().emit(a -> a.inc(qword_ptr(r11, 0)));
            }
        }
        switch (random.nextInt(3)) {
            case 0 -> code.gs().emit(a -> a.add(absolute(offset + 8), rsi));
            case 1 -> {
                long displacement = random.nextInt(100);
                code.emit(a -> a.lea(r11, ptr(rsi, displacement)));
                code.gs().emit(a -> a.add(absolute(offset + 8), r11));
            }
            default -> {} // this one only counts
        }
    }

    private static Mem absolute(int offset) {
        return qword_ptr_abs(offset, 0, SEGMENT.SEGMENT_NONE);
    }
}
