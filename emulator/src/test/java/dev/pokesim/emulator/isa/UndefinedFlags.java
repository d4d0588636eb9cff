package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Rflags;

/**
 * What the manual leaves undefined, and nothing else: flags, and results that must not be compared at all. All sources are
 * "Flags Affected" of the section named, Intel SDM vol. 2.
 */
final class UndefinedFlags {
    private static final int CF = Rflags.CF;
    private static final int PF = Rflags.PF;
    private static final int AF = Rflags.AF;
    private static final int ZF = Rflags.ZF;
    private static final int SF = Rflags.SF;
    private static final int OF = Rflags.OF;

    private UndefinedFlags() {}

    /** The flags that an instruction leaves undefined for these inputs. */
    static int of(AssemblyText text, CpuState before) {
        return switch (text.mnemonic()) {
            // "AND", "OR", "XOR", "TEST"
            case "and", "or", "xor", "test" -> AF;
            // "MUL", "IMUL"
            case "mul", "imul" -> SF | ZF | AF | PF;
            // "DIV", "IDIV"
            case "div", "idiv" -> CF | OF | SF | ZF | AF | PF;
            // "SAL/SAR/SHL/SHR": OF for 1-bit shifts only; CF not for SHL and SHR by the size or more; AF for any shift
            case "shl", "shr" -> ofShift(text, before, count(text, before) >= 8 * text.sizeBytes(0));
            case "sar" -> ofShift(text, before, false);
            // "RCL/RCR/ROL/ROR": OF for 1-bit rotates only
            case "rol", "ror", "rcl", "rcr" -> count(text, before) > 1 ? OF : 0;
            // "SHLD", "SHRD": OF for 1-bit shifts only; AF for any shift
            case "shld", "shrd" -> ofShift(text, before, false);
            // "BT", "BTS", "BTR", "BTC": ZF is unaffected
            case "bt", "bts", "btr", "btc" -> OF | SF | AF | PF;
            // "BSF", "BSR"
            case "bsf", "bsr" -> CF | OF | SF | AF | PF;
            // "TZCNT", "LZCNT"
            case "tzcnt", "lzcnt" -> OF | SF | PF | AF;
            default -> 0;
        };
    }

    private static int ofShift(AssemblyText text, CpuState before, boolean carryToo) {
        int count = count(text, before);
        return count == 0 ? 0 : AF | (count > 1 ? OF : 0) | (carryToo ? CF : 0);
    }

    /** The masked count of a shift or rotate. */
    private static int count(AssemblyText text, CpuState before) {
        int last = text.operands().size() - 1;
        return (int) text.value(last, before) & (text.sizeBytes(0) == 8 ? 63 : 31);
    }

    /** Whether the manual leaves the result undefined, so that the inputs make no case. */
    static boolean isResultUndefined(AssemblyText text, CpuState before) {
        return switch (text.mnemonic()) {
            // "SHLD", "SHRD", Description: a count greater than the operand size
            case "shld", "shrd" -> count(text, before) > 8 * text.sizeBytes(0);
            // "BSF", "BSR", Description: the content of the destination if the source is 0
            case "bsf", "bsr" -> text.value(1, before) == 0;
            default -> false;
        };
    }
}
