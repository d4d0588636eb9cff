package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * How long an instruction is, also of those that are not modelled: x87, MMX, SSE, AVX and AVX-512, VIA's ciphers. It knows what follows an opcode
 * and nothing of what it does. Not here: 3DNow! and XOP, which no processor has any more.
 *
 * @see "Intel SDM vol. 2, Opcode Map"
 */
public final class InstructionLength {
    /** What an opcode has besides itself, one letter each, as a row of sixteen in {@link #ONE_BYTE} and {@link #TWO_BYTES}. */
    private static final char NOTHING = '.';

    private static final char MOD_RM = 'm';
    /** ModRM whose operand is always a register. */
    private static final char MOD_RM_REGISTER = 'r';

    private static final char MOD_RM_BYTE = 'M';
    /** ModRM and an immediate of the operand size, 4 bytes at most. */
    private static final char MOD_RM_IMMEDIATE = 'I';
    /** ModRM, and an immediate byte if its middle field is 0 or 1. */
    private static final char TEST_BYTE = 't';

    private static final char TEST = 'T';
    private static final char BYTE = 'b';
    private static final char WORD = 'w';
    /** A word and a byte: ENTER. */
    private static final char WORD_AND_BYTE = 'e';

    private static final char IMMEDIATE = 'z';
    /** As {@link #IMMEDIATE}, up to 8 bytes. */
    private static final char FULL_IMMEDIATE = 'v';
    /** A displacement of 4 bytes, whatever the operand size. */
    private static final char NEAR = 'n';
    /** An address: as long as addresses are. */
    private static final char OFFSET = 'o';
    /** No instruction in 64-bit mode. */
    private static final char INVALID = '-';
    /** A prefix or escape, which is taken before. */
    private static final char TAKEN = ' ';

    private static final String ONE_BYTE = "mmmmbz--mmmmbz- " // 00
            + "mmmmbz--mmmmbz--" // 10
            + "mmmmbz -mmmmbz -" // 20
            + "mmmmbz -mmmmbz -" // 30
            + "                " // 40
            + "................" // 50
            + "-- m    zIbM...." // 60
            + "bbbbbbbbbbbbbbbb" // 70
            + "MI-Mmmmmmmmmmmmm" // 80
            + "..........-....." // 90
            + "oooo....bz......" // a0
            + "bbbbbbbbvvvvvvvv" // b0
            + "MMw.  MIe.w..b-." // c0
            + "mmmm---.mmmmmmmm" // d0
            + "bbbbbbbbnn-b...." // e0
            + " .  ..tT......mm"; // f0

    private static final String TWO_BYTES = "mmmm-.....-.-m.-" // 00
            + "mmmmmmmmmmmmmmmm" // 10
            + "rrrr----mmmmmmmm" // 20
            + "......-. - -----" // 30
            + "mmmmmmmmmmmmmmmm" // 40
            + "mmmmmmmmmmmmmmmm" // 50
            + "mmmmmmmmmmmmmmmm" // 60
            + "MMMMmmm.mm--mmmm" // 70
            + "nnnnnnnnnnnnnnnn" // 80
            + "mmmmmmmmmmmmmmmm" // 90
            + "...mMmmm...mMmmm" // a0
            + "mmmmmmmmmmMmmmmm" // b0
            + "mmMmMMMm........" // c0
            + "mmmmmmmmmmmmmmmm" // d0
            + "mmmmmmmmmmmmmmmm" // e0
            + "mmmmmmmmmmmmmmmm"; // f0

    private static final int TWO_BYTE_MAP = 1;
    private static final int MAP_0F3A = 3;
    /** Of EVEX: half precision. */
    private static final int[] EVEX_MAPS = {1, 2, 3, 5, 6};

    private static final int SIB_FOLLOWS = 4;
    private static final int NO_BASE = 5;
    private static final int REGISTER = 3;

    private final InstructionBytes bytes;
    private int at;
    private boolean operandSizePrefix;
    private boolean addressSizePrefix;
    private int rex;

    private InstructionLength(InstructionBytes bytes) {
        this.bytes = bytes;
    }

    /**
     * The length of the instruction that some bytes begin with.
     *
     * @param bytes 15, or fewer if nothing is there behind them
     * @return in bytes; empty if no instruction begins so, or if it is longer than what is there
     */
    public static OptionalInt of(InstructionBytes bytes) {
        InstructionLength length = new InstructionLength(bytes);
        return length.takeAll() && length.at <= bytes.sizeBytes() ? OptionalInt.of(length.at) : OptionalInt.empty();
    }

    private boolean takeAll() {
        int opcode = prefixes();
        return switch (opcode) {
            case 0x0f -> escaped();
            case 0xc5 -> vex(TWO_BYTE_MAP, 1);
            case 0xc4 -> vex(peek() & 0x1f, 2);
            case 0x62 -> Arrays.binarySearch(EVEX_MAPS, peek() & 7) >= 0 && vex(peek() & 7, 3);
            default -> follow(ONE_BYTE.charAt(opcode));
        };
    }

    private boolean escaped() {
        int opcode = take();
        return switch (opcode) {
            case 0x38 -> {
                take();
                yield follow(MOD_RM);
            }
            case 0x3a -> {
                take();
                yield follow(MOD_RM_BYTE);
            }
            default -> follow(TWO_BYTES.charAt(opcode));
        };
    }

    /**
     * VEX and EVEX: more of the prefix, then an opcode of one of the maps.
     *
     * @param more bytes of the prefix behind its first
     */
    private boolean vex(int map, int more) {
        at += more;
        int opcode = take();
        return switch (map) {
            case TWO_BYTE_MAP -> follow(TWO_BYTES.charAt(opcode));
            case MAP_0F3A -> follow(MOD_RM_BYTE);
            case 2, 5, 6 -> follow(MOD_RM);
            default -> false;
        };
    }

    private int prefixes() {
        while (true) {
            int value = take();
            switch (value) {
                case 0x66 -> operandSizePrefix = true;
                case 0x67 -> addressSizePrefix = true;
                case 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65 -> {}
                default -> {
                    if (value >> 4 != 4) {
                        return value;
                    }
                    rex = value;
                    continue;
                }
            }
            rex = 0; // only the last prefix can be a REX
        }
    }

    private boolean follow(char what) {
        int immediate = operandSizePrefix && (rex & 8) == 0 ? 2 : 4;
        switch (what) {
            case NOTHING -> {}
            case MOD_RM -> modRm();
            case MOD_RM_REGISTER -> at++;
            case MOD_RM_BYTE -> {
                modRm();
                at++;
            }
            case MOD_RM_IMMEDIATE -> {
                modRm();
                at += immediate;
            }
            case TEST_BYTE, TEST -> {
                if (modRm() < 2) {
                    at += what == TEST ? immediate : 1;
                }
            }
            case BYTE -> at++;
            case WORD -> at += 2;
            case WORD_AND_BYTE -> at += 3;
            case IMMEDIATE -> at += immediate;
            case FULL_IMMEDIATE -> at += (rex & 8) != 0 ? 8 : immediate;
            case NEAR -> at += 4;
            case OFFSET -> at += addressSizePrefix ? 4 : 8;
            case INVALID, TAKEN -> {
                return false;
            }
            default -> throw new IllegalStateException("nothing is called " + what);
        }
        return true;
    }

    /** Takes ModRM, SIB and displacement, and gives the middle field. */
    private int modRm() {
        int modRm = take();
        int mod = modRm >> 6;
        int base = modRm & 7;
        if (mod != REGISTER && base == SIB_FOLLOWS) {
            base = take() & 7;
        }
        if (mod == 1) {
            at++;
        } else if (mod == 2 || mod == 0 && base == NO_BASE) {
            at += 4;
        }
        return modRm >> 3 & 7;
    }

    /** 0 where nothing is: it is too short then, whatever follows. */
    private int peek() {
        return at < bytes.sizeBytes() ? bytes.byteAt(at) : 0;
    }

    private int take() {
        int value = peek();
        at++;
        return value;
    }
}
