package dev.pokesim.cli.gdb;

import dev.pokesim.emulator.core.Core;
import java.util.ArrayList;
import java.util.List;

/**
 * The registers of a core as gdb knows them. The x87 ones are there because gdb rejects a target without them; they have no value.
 *
 * @see "Debugging with GDB, appendix Target Descriptions, i386 Features"
 */
final class TargetRegisters {
    /** The number of RIP. */
    static final int RIP = 16;

    private static final int EFLAGS = 17;
    private static final int FIRST_SEGMENT = 18;
    private static final int FIRST_X87 = 24;
    private static final int FIRST_X87_CONTROL = 32;
    private static final int FS_BASE = 40;
    private static final int GS_BASE = 41;

    /** How many there are. */
    static final int COUNT = 42;

    private static final List<String> NAMES = List.of(
            "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
            "r15", "rip", "eflags", "cs", "ss", "ds", "es", "fs", "gs", "st0", "st1", "st2", "st3", "st4", "st5", "st6",
            "st7", "fctrl", "fstat", "ftag", "fiseg", "fioff", "foseg", "fooff", "fop", "fs_base", "gs_base");

    /** The numbers that x86 gives the first sixteen. */
    private static final int[] ENCODED = {
        Core.RAX, Core.RBX, Core.RCX, Core.RDX, Core.RSI, Core.RDI, Core.RBP, Core.RSP, 8, 9, 10, 11, 12, 13, 14, 15
    };

    /** The numbers that x86 gives the segment registers from CS on. */
    private static final int[] SEGMENTS = {Core.CS, Core.SS, Core.DS, Core.ES, Core.FS, Core.GS};

    private TargetRegisters() {}

    /** The target description, as XML. */
    static String description() {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">"
                + "<target version=\"1.0\"><architecture>i386:x86-64</architecture>"
                + "<feature name=\"org.gnu.gdb.i386.core\">"
                + "<flags id=\"i386_eflags\" size=\"4\">");
        List<String> flags = new ArrayList<>(List.of(
                "CF:0", "PF:2", "AF:4", "ZF:6", "SF:7", "TF:8", "IF:9", "DF:10", "OF:11", "NT:14", "RF:16", "AC:18"));
        for (String flag : flags) {
            String[] parts = flag.split(":");
            xml.append("<field name=\"%s\" start=\"%s\" end=\"%s\"/>".formatted(parts[0], parts[1], parts[1]));
        }
        xml.append("</flags>");
        for (int number = 0; number < FS_BASE; number++) {
            append(xml, number);
        }
        xml.append("</feature><feature name=\"org.gnu.gdb.i386.segments\">");
        for (int number = FS_BASE; number < COUNT; number++) {
            append(xml, number);
        }
        return xml.append("</feature></target>").toString();
    }

    private static void append(StringBuilder xml, int number) {
        String type = switch (number) {
            case RIP -> "code_ptr";
            case EFLAGS -> "i386_eflags";
            case 6, 7 -> "data_ptr";
            default ->
                number >= FIRST_X87 && number < FIRST_X87_CONTROL
                        ? "i387_ext"
                        : number < FIRST_SEGMENT || number >= FS_BASE ? "int64" : "int32";
        };
        String group = number >= FIRST_X87_CONTROL && number < FS_BASE ? " group=\"float\"" : "";
        xml.append("<reg name=\"%s\" bitsize=\"%d\" type=\"%s\"%s/>"
                .formatted(NAMES.get(number), sizeBytes(number) * Byte.SIZE, type, group));
    }

    private static int sizeBytes(int number) {
        if (number >= FIRST_X87 && number < FIRST_X87_CONTROL) {
            return 10;
        }
        return number <= RIP || number >= FS_BASE ? Long.BYTES : Integer.BYTES;
    }

    /**
     * The value of a register, as a packet spells it; x's if it has none.
     *
     * @param number 0 to {@link #COUNT} - 1
     * @param pc what RIP is
     */
    static String value(Core core, long pc, int number) {
        int size = sizeBytes(number);
        if (number >= FIRST_X87 && number < FS_BASE) {
            return "xx".repeat(size);
        }
        long value = switch (number) {
            case RIP -> pc;
            case EFLAGS -> core.flags().value();
            case FS_BASE -> core.fsBase();
            case GS_BASE -> core.gsBase();
            default -> number < RIP ? core.register(ENCODED[number]) : core.segment(SEGMENTS[number - FIRST_SEGMENT]);
        };
        return Hex.littleEndian(value, size);
    }

    /** All values, one behind the other. */
    static String values(Core core, long pc) {
        StringBuilder all = new StringBuilder();
        for (int number = 0; number < COUNT; number++) {
            all.append(value(core, pc, number));
        }
        return all.toString();
    }
}
