package dev.pokesim.emulator.isa;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * One row of the manual's opcode column, as data: {@code Encoding.of("81 /0", "Ev,Iz")}.
 *
 * <p>The first text has the opcode: an optional mandatory prefix ({@code F3}, {@code F2}, {@code 66}; {@code NP} for none of
 * them), the escape bytes, the opcode ({@code +r} for a register in its low 3 bits, {@code +cc} for a condition in its low 4),
 * then optionally {@code /r} (a ModRM byte), {@code /0} to {@code /7} (ModRM with that reg field), {@code mod3} (ModRM names a
 * register) or {@code mem} (ModRM names memory), or a fixed ModRM byte as {@code =E8}; and {@code W} where REX.W is required,
 * {@code NW} where it must be absent, and {@code B}, {@code NB} for REX.B likewise.
 *
 * <p>The second has the operands in the letters of the manual's opcode map: E (ModRM register or memory), G (ModRM reg), M
 * (memory only), R (ModRM register only), Z (register in the opcode), I (immediate), s (immediate, sign-extended byte), J
 * (relative target), O (absolute address), X (memory at rSI), Y (memory at rDI, no segment override), C (control register in
 * ModRM reg), S (segment register in ModRM reg), each with a size b (1), w (2), d (4), q (8), x (16), v (operand size), z (operand size, at
 * most 4), y (8 with REX.W, otherwise 4), p (no size: an address only); and fixed operands al, cl, ax (rAX by operand size), eax (the same, at
 * most 4), dx, 1.
 * A trailing {@code 64} after the opcode says that the operand size is 64 bits without REX.W (PUSH, POP);
 * {@code f64} that it is always so (near branches).
 *
 * @see "Intel SDM vol. 2, Interpreting the Instruction Reference Pages; appendix A, Opcode Map"
 */
public final class Encoding {
    static final int ANY = -1;

    private static final Pattern BLANKS = Pattern.compile(" +");

    /** What ModRM.mod must be. */
    enum Mod {
        NONE,
        ANY,
        REGISTER,
        MEMORY
    }

    private final String opcodeText;
    final List<String> operands;
    /** 0: none allowed as mandatory; ANY: prefixes are not part of the opcode; else 0x66, 0xF2 or 0xF3. */
    final int mandatoryPrefix;
    /** 0: one-byte map; 1: 0F; 2: 0F 38; 3: 0F 3A. */
    final int map;

    final int opcode;
    /** How many opcodes from {@link #opcode} on belong to the row: 1, 8 (+r) or 16 (+cc). */
    final int opcodeCount;

    final Mod mod;
    /** The reg field that ModRM must have, or ANY. */
    final int reg;
    /** The whole ModRM byte, or ANY. */
    final int modRm;
    /** 1 REX.W required, 0 must be absent, ANY. */
    final int rexW;

    /** 1 REX.B required, 0 must be absent, ANY. */
    final int rexB;

    final boolean defaultsTo64;
    final boolean isForcedTo64;

    private Encoding(String opcodeText, List<String> operands, Parsed parsed) {
        this.opcodeText = opcodeText;
        this.operands = operands;
        this.mandatoryPrefix = parsed.mandatoryPrefix;
        this.map = parsed.map;
        this.opcode = parsed.opcode;
        this.opcodeCount = parsed.opcodeCount;
        this.mod = parsed.mod;
        this.reg = parsed.reg;
        this.modRm = parsed.modRm;
        this.rexW = parsed.rexW;
        this.rexB = parsed.rexB;
        this.defaultsTo64 = parsed.defaultsTo64;
        this.isForcedTo64 = parsed.isForcedTo64;
    }

    private static final class Parsed {
        int mandatoryPrefix = ANY;
        int map;
        int opcode = ANY;
        int opcodeCount = 1;
        Mod mod = Mod.NONE;
        int reg = ANY;
        int modRm = ANY;
        int rexW = ANY;
        int rexB = ANY;
        boolean defaultsTo64;
        boolean isForcedTo64;
    }

    /** A row without operands. */
    public static Encoding of(String opcode) {
        return of(opcode, "");
    }

    /**
     * @throws IllegalArgumentException if a text is not of the form above
     */
    public static Encoding of(String opcode, String operands) {
        Parsed parsed = new Parsed();
        List<Integer> bytes = new ArrayList<>();
        for (String word : BLANKS.split(opcode.trim())) {
            switch (word) {
                case "NP" -> parsed.mandatoryPrefix = 0;
                case "/r" -> parsed.mod = parsed.mod == Mod.NONE ? Mod.ANY : parsed.mod;
                case "mod3" -> parsed.mod = Mod.REGISTER;
                case "mem" -> parsed.mod = Mod.MEMORY;
                case "W" -> parsed.rexW = 1;
                case "NW" -> parsed.rexW = 0;
                case "B" -> parsed.rexB = 1;
                case "NB" -> parsed.rexB = 0;
                case "64" -> parsed.defaultsTo64 = true;
                case "f64" -> {
                    parsed.defaultsTo64 = true;
                    parsed.isForcedTo64 = true;
                }
                default -> {
                    if (word.startsWith("/")) {
                        parsed.reg = Integer.parseInt(word.substring(1));
                        parsed.mod = parsed.mod == Mod.NONE ? Mod.ANY : parsed.mod;
                    } else if (word.startsWith("=")) {
                        parsed.modRm = Integer.parseInt(word.substring(1), 16);
                        parsed.mod = Mod.ANY;
                    } else if (word.endsWith("+r")) {
                        parsed.opcodeCount = 8;
                        bytes.add(Integer.parseInt(word.substring(0, 2), 16));
                    } else if (word.endsWith("+cc")) {
                        parsed.opcodeCount = 16;
                        bytes.add(Integer.parseInt(word.substring(0, 2), 16));
                    } else {
                        bytes.add(Integer.parseInt(word, 16));
                    }
                }
            }
        }
        int at = 0;
        if (bytes.size() > 1 && (bytes.get(0) == 0x66 || bytes.get(0) == 0xf2 || bytes.get(0) == 0xf3)) {
            parsed.mandatoryPrefix = bytes.get(at++);
        }
        if (bytes.size() > at + 1 && bytes.get(at) == 0x0f) {
            at++;
            parsed.map = 1;
            if (bytes.size() > at + 1 && (bytes.get(at) == 0x38 || bytes.get(at) == 0x3a)) {
                parsed.map = bytes.get(at) == 0x38 ? 2 : 3;
                at++;
            }
        }
        if (bytes.size() != at + 1) {
            throw new IllegalArgumentException("not one opcode: " + opcode);
        }
        parsed.opcode = bytes.get(at);
        return new Encoding(opcode, operands.isEmpty() ? List.of() : List.of(operands.split(",")), parsed);
    }

    /**
     * Whether the row fits what stands after the prefixes.
     *
     * @param modRmByte the byte after the opcode, or ANY at the end
     */
    boolean fits(boolean operandSizePrefix, int repeatPrefix, int rex, int modRmByte) {
        boolean prefixFits = switch (mandatoryPrefix) {
            case ANY -> true;
            case 0 -> !operandSizePrefix && repeatPrefix == 0;
            case 0x66 -> operandSizePrefix && repeatPrefix == 0;
            default -> repeatPrefix == mandatoryPrefix;
        };
        if (!prefixFits
                || rexW != ANY && (rexW == 1) != ((rex & 8) != 0)
                || rexB != ANY && (rexB == 1) != ((rex & 1) != 0)) {
            return false;
        }
        if (mod == Mod.NONE) {
            return true;
        }
        if (modRmByte == ANY) {
            return reg == ANY && modRm == ANY;
        }
        boolean isRegister = modRmByte >> 6 == 3;
        return (modRm == ANY || modRm == modRmByte)
                && (reg == ANY || (modRmByte >> 3 & 7) == reg)
                && (mod == Mod.ANY || isRegister == (mod == Mod.REGISTER));
    }

    /** Whether some bytes fit both rows. */
    boolean overlaps(Encoding other) {
        boolean opcodes =
                map == other.map && opcode < other.opcode + other.opcodeCount && other.opcode < opcode + opcodeCount;
        boolean prefixes =
                mandatoryPrefix == ANY || other.mandatoryPrefix == ANY || mandatoryPrefix == other.mandatoryPrefix;
        boolean regs = reg == ANY || other.reg == ANY || reg == other.reg;
        boolean modRms = (modRm == ANY || other.modRm == ANY || modRm == other.modRm)
                && (modRm == ANY || other.reg == ANY || (modRm >> 3 & 7) == other.reg)
                && (other.modRm == ANY || reg == ANY || (other.modRm >> 3 & 7) == reg)
                && (modRm == ANY || other.mod != Mod.MEMORY || modRm >> 6 != 3)
                && (other.modRm == ANY || mod != Mod.MEMORY || other.modRm >> 6 != 3);
        boolean mods =
                !(mod == Mod.REGISTER && other.mod == Mod.MEMORY || mod == Mod.MEMORY && other.mod == Mod.REGISTER);
        boolean ws = (rexW == ANY || other.rexW == ANY || rexW == other.rexW)
                && (rexB == ANY || other.rexB == ANY || rexB == other.rexB);
        return opcodes && prefixes && regs && modRms && mods && ws;
    }

    @Override
    public String toString() {
        return opcodeText.toUpperCase(Locale.ROOT) + (operands.isEmpty() ? "" : " " + String.join(",", operands));
    }
}
