package dev.pokesim.emulator.core;

/**
 * RFLAGS. The arithmetic flags are kept as the last result and its carries, and worked out when somebody asks: most results
 * are overwritten unread. All flag arithmetic of the emulator is here.
 *
 * <p>Operands and results are given with any garbage above their width; a width is given as {@code shift} = 64 - bits.
 *
 * @see "Intel SDM vol. 1, EFLAGS Register"
 */
public final class Rflags {
    public static final int CF = 1;
    public static final int PF = 1 << 2;
    public static final int AF = 1 << 4;
    public static final int ZF = 1 << 6;
    public static final int SF = 1 << 7;
    public static final int TF = 1 << 8;
    public static final int IF = 1 << 9;
    public static final int DF = 1 << 10;
    public static final int OF = 1 << 11;
    /** Bit 1 always reads as 1. */
    public static final int RESERVED = 1 << 1;

    private static final int ARITHMETIC = CF | PF | AF | ZF | SF | OF;
    private static final int WRITABLE = ARITHMETIC | TF | IF | DF;
    private static final int EXPLICIT = -1;

    /** The last result, left-aligned to bit 63. */
    private long result;
    /** The carry out of each bit, left-aligned: bit 63 is CF, bit 63 xor bit 62 is OF. */
    private long carries;
    /** 64 - bits of the last result; {@link #EXPLICIT} when {@link #explicit} holds the arithmetic flags. */
    private int shift = EXPLICIT;

    private int explicit;
    private int system;

    /* Each method below sets the arithmetic flags and returns the result, zero-extended. */

    /** ADD. */
    public long add(long a, long b, int shift) {
        long sum = a + b;
        carries = ((a & b) | ((a | b) & ~sum)) << shift;
        result = sum << shift;
        this.shift = shift;
        return result >>> shift;
    }

    /** ADC: adds CF, too. */
    public long addWithCarry(long a, long b, int shift) {
        long sum = a + b + (cf() ? 1 : 0);
        carries = ((a & b) | ((a | b) & ~sum)) << shift;
        result = sum << shift;
        this.shift = shift;
        return result >>> shift;
    }

    /** SUB, CMP, NEG (from 0). */
    public long subtract(long a, long b, int shift) {
        long difference = a - b;
        carries = ((~a & b) | ((~a | b) & difference)) << shift;
        result = difference << shift;
        this.shift = shift;
        return result >>> shift;
    }

    /** SBB: subtracts CF, too. */
    public long subtractWithBorrow(long a, long b, int shift) {
        long difference = a - b - (cf() ? 1 : 0);
        carries = ((~a & b) | ((~a | b) & difference)) << shift;
        result = difference << shift;
        this.shift = shift;
        return result >>> shift;
    }

    /** AND, OR, XOR, TEST: CF and OF are cleared; AF, which the manual leaves undefined, is cleared. */
    public long logic(long value, int shift) {
        carries = 0;
        result = value << shift;
        this.shift = shift;
        return result >>> shift;
    }

    /** INC: as ADD 1, CF stays. */
    public long increment(long a, int shift) {
        boolean carry = cf();
        long sum = add(a, 1, shift);
        setCarryKeepOverflow(carry);
        return sum;
    }

    /** DEC: as SUB 1, CF stays. */
    public long decrement(long a, int shift) {
        boolean carry = cf();
        long difference = subtract(a, 1, shift);
        setCarryKeepOverflow(carry);
        return difference;
    }

    /** Shifts and multiplications: SF, ZF and PF from the result, CF and OF as given, AF (undefined) cleared. */
    public long resultWith(long value, int shift, boolean carry, boolean overflow) {
        carries = (carry ? 1L << 63 : 0) | (carry ^ overflow ? 1L << 62 : 0);
        result = value << shift;
        this.shift = shift;
        return result >>> shift;
    }

    /** Rotates: CF and OF as given, the others stay. */
    public void setCarryAndOverflow(boolean carry, boolean overflow) {
        if (shift == EXPLICIT) {
            explicit = explicit & ~(CF | OF) | (carry ? CF : 0) | (overflow ? OF : 0);
        } else {
            carries = carries & ~(3L << 62) | (carry ? 1L << 63 : 0) | (carry ^ overflow ? 1L << 62 : 0);
        }
    }

    /** BT and its kin, CLC, STC, CMC: CF as given, the others stay. */
    public void setCarryKeepOverflow(boolean carry) {
        if (shift == EXPLICIT) {
            explicit = explicit & ~CF | (carry ? CF : 0);
        } else if (carries < 0 != carry) {
            carries ^= 3L << 62;
        }
    }

    /** CMPXCHG8B, CMPXCHG16B, BSF, BSR: ZF as given, the others stay. */
    public void setZero(boolean zero) {
        int arithmetic = arithmetic();
        explicit = zero ? arithmetic | ZF : arithmetic & ~ZF;
        shift = EXPLICIT;
    }

    /**
     * POPCNT, TZCNT, LZCNT: all six arithmetic flags as given.
     *
     * @param flags CF, PF, AF, ZF, SF, OF or a sum of them
     */
    public void setArithmetic(int flags) {
        explicit = flags;
        shift = EXPLICIT;
    }

    public boolean cf() {
        return shift == EXPLICIT ? (explicit & CF) != 0 : carries < 0;
    }

    public boolean of() {
        return shift == EXPLICIT ? (explicit & OF) != 0 : (carries ^ carries << 1) < 0;
    }

    public boolean zf() {
        return shift == EXPLICIT ? (explicit & ZF) != 0 : result == 0;
    }

    public boolean sf() {
        return shift == EXPLICIT ? (explicit & SF) != 0 : result < 0;
    }

    public boolean pf() {
        return shift == EXPLICIT ? (explicit & PF) != 0 : (Integer.bitCount((int) (result >>> shift) & 0xff) & 1) == 0;
    }

    public boolean af() {
        return shift == EXPLICIT ? (explicit & AF) != 0 : (carries >>> shift & 8) != 0;
    }

    public boolean interruptsEnabled() {
        return (system & IF) != 0;
    }

    public void setInterruptsEnabled(boolean enabled) {
        system = enabled ? system | IF : system & ~IF;
    }

    /** DF: string instructions go down. */
    public boolean isBackward() {
        return (system & DF) != 0;
    }

    public void setBackward(boolean backward) {
        system = backward ? system | DF : system & ~DF;
    }

    /**
     * Whether a condition holds.
     *
     * @param condition 0 to 15 as encoded in Jcc, SETcc and CMOVcc: O NO B NB Z NZ BE NBE S NS P NP L NL LE NLE
     */
    public boolean test(int condition) {
        boolean holds = switch (condition >> 1) {
            case 0 -> of();
            case 1 -> cf();
            case 2 -> zf();
            case 3 -> cf() || zf();
            case 4 -> sf();
            case 5 -> pf();
            case 6 -> sf() != of();
            default -> zf() || sf() != of();
        };
        return holds == ((condition & 1) == 0);
    }

    private int arithmetic() {
        return (cf() ? CF : 0)
                | (pf() ? PF : 0)
                | (af() ? AF : 0)
                | (zf() ? ZF : 0)
                | (sf() ? SF : 0)
                | (of() ? OF : 0);
    }

    /** The whole register. */
    public long value() {
        return arithmetic() | system | RESERVED;
    }

    /** Loads the whole register, as IRET does; bits that this machine does not have are ignored. */
    public void setValue(long value) {
        explicit = (int) value & ARITHMETIC;
        system = (int) value & WRITABLE & ~ARITHMETIC;
        shift = EXPLICIT;
    }
}
