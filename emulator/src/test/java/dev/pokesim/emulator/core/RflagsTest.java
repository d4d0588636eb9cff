package dev.pokesim.emulator.core;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against a ripple-carry adder that goes from bit to bit and keeps each flag as a truth value. */
class RflagsTest {
    /** What the manual says of ADD and SUB, one bit at a time. */
    private static final class Model {
        long result;
        boolean carry;
        boolean auxiliary;
        boolean overflow;

        /** a + b + carryIn over some bits. A subtraction adds the complement, and its borrow is the complement of the carry. */
        static Model add(long a, long b, boolean carryIn, int bits) {
            Model model = new Model();
            boolean carry = carryIn;
            boolean intoTop = false;
            for (int i = 0; i < bits; i++) {
                boolean x = (a >>> i & 1) != 0;
                boolean y = (b >>> i & 1) != 0;
                if (i == bits - 1) {
                    intoTop = carry;
                }
                if (x ^ y ^ carry) {
                    model.result |= 1L << i;
                }
                carry = x && y || x && carry || y && carry;
                if (i == 3) {
                    model.auxiliary = carry;
                }
            }
            model.carry = carry;
            model.overflow = carry != intoTop;
            return model;
        }

        static Model subtract(long a, long b, boolean borrowIn, int bits) {
            Model model = add(a, ~b, !borrowIn, bits);
            model.carry = !model.carry;
            model.auxiliary = !model.auxiliary;
            return model;
        }

        long flags(int bits) {
            boolean parity = true;
            for (int i = 0; i < 8; i++) {
                parity ^= (result >>> i & 1) != 0;
            }
            boolean sign = (result >>> bits - 1 & 1) != 0;
            return Rflags.RESERVED
                    | (carry ? Rflags.CF : 0)
                    | (parity ? Rflags.PF : 0)
                    | (auxiliary ? Rflags.AF : 0)
                    | (result == 0 ? Rflags.ZF : 0)
                    | (sign ? Rflags.SF : 0)
                    | (overflow ? Rflags.OF : 0);
        }
    }

    private static void check(String what, Model model, int bits, long result, Rflags flags) {
        assertEquals(model.result, result, what);
        assertEquals(model.flags(bits), flags.value(), what);
        // each flag by itself, as conditions read it
        assertEquals(model.carry, flags.cf(), what);
        assertEquals(model.auxiliary, flags.af(), what);
        assertEquals(model.overflow, flags.of(), what);
        assertEquals(model.result == 0, flags.zf(), what);
    }

    private static void checkAll(long a, long b, boolean carry, int bits) {
        int shift = 64 - bits;
        String what = Long.toHexString(a) + ", " + Long.toHexString(b) + ", carry " + carry + ", " + bits + " bits: ";
        Rflags flags = new Rflags();
        flags.setValue(carry ? Rflags.CF : 0);
        long sum = flags.add(a, b, shift);
        check(what + "add", Model.add(a, b, false, bits), bits, sum, flags);

        flags.setCarryKeepOverflow(carry);
        long sumWithCarry = flags.addWithCarry(a, b, shift);
        check(what + "adc", Model.add(a, b, carry, bits), bits, sumWithCarry, flags);

        flags.setCarryKeepOverflow(carry);
        long difference = flags.subtract(a, b, shift);
        check(what + "sub", Model.subtract(a, b, false, bits), bits, difference, flags);

        flags.setCarryKeepOverflow(carry);
        long differenceWithBorrow = flags.subtractWithBorrow(a, b, shift);
        check(what + "sbb", Model.subtract(a, b, carry, bits), bits, differenceWithBorrow, flags);

        flags.setCarryKeepOverflow(carry);
        Model incremented = Model.add(a, 1, false, bits);
        incremented.carry = carry;
        check(what + "inc", incremented, bits, flags.increment(a, shift), flags);
        Model decremented = Model.subtract(a, 1, false, bits);
        decremented.carry = carry;
        check(what + "dec", decremented, bits, flags.decrement(a, shift), flags);

        Model logic = Model.add(a & b, 0, false, bits);
        check(what + "and", logic, bits, flags.logic(a & b, shift), flags);
    }

    @Test
    void arithmeticSetsTheFlagsOfABitByBitAdderForAllPairsOfBytes() {
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                checkAll(a, b, false, 8);
                checkAll(a, b, true, 8);
            }
        }
    }

    @Test
    void garbageAboveTheWidthDoesNotMatter() {
        Random random = new Random(1);
        for (int i = 0; i < 100_000; i++) {
            long a = random.nextLong() >> random.nextInt(64);
            long b = random.nextInt(4) == 0 ? a : random.nextLong() >> random.nextInt(64);
            checkAll(a, b, random.nextBoolean(), 8 << random.nextInt(4));
        }
    }

    /** Every combination of arithmetic flags, set as a whole and as what a computation left. */
    @Test
    void settersChangeOneFlagAndKeepTheRest() {
        int all = Rflags.CF | Rflags.PF | Rflags.AF | Rflags.ZF | Rflags.SF | Rflags.OF | Rflags.DF | Rflags.IF;
        for (int bits = 0; bits < 1 << 12; bits++) {
            long value = bits & all | Rflags.RESERVED;
            for (int carry = 0; carry < 2; carry++) {
                Rflags flags = new Rflags();
                flags.setValue(value);
                assertEquals(value, flags.value());
                flags.setCarryKeepOverflow(carry != 0);
                assertEquals(value & ~Rflags.CF | carry, flags.value());
                flags.setCarryAndOverflow(carry == 0, carry != 0);
                assertEquals(value & ~(Rflags.CF | Rflags.OF) | (carry == 0 ? Rflags.CF : Rflags.OF), flags.value());
                flags.setValue(value);
                flags.setZero(carry != 0);
                assertEquals(value & ~Rflags.ZF | (carry != 0 ? Rflags.ZF : 0), flags.value());
                flags.setInterruptsEnabled(carry != 0);
                flags.setBackward(carry == 0);
                assertEquals(carry != 0, flags.interruptsEnabled());
                assertEquals(carry == 0, flags.isBackward());
                assertEquals(
                        value & ~(Rflags.ZF | Rflags.IF | Rflags.DF) | (carry != 0 ? Rflags.ZF | Rflags.IF : Rflags.DF),
                        flags.value());
            }
        }
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b += 7) {
                for (int carry = 0; carry < 2; carry++) {
                    for (int overflow = 0; overflow < 2; overflow++) {
                        Rflags flags = new Rflags();
                        flags.subtract(a, b, 56);
                        long before = flags.value();
                        flags.setCarryKeepOverflow(carry != 0);
                        assertEquals(before & ~Rflags.CF | carry, flags.value());
                        flags.setCarryAndOverflow(carry != 0, overflow != 0);
                        assertEquals(
                                before & ~(Rflags.CF | Rflags.OF) | carry | (overflow != 0 ? Rflags.OF : 0),
                                flags.value());
                        flags.resultWith(a, 56, carry != 0, overflow != 0);
                        assertEquals(carry != 0, flags.cf());
                        assertEquals(overflow != 0, flags.of());
                        assertEquals(a == 0, flags.zf());
                        assertEquals(a >= 128, flags.sf());
                    }
                }
            }
        }
    }

    /** The sixteen conditions as the manual words them, after comparing all pairs of bytes. */
    @Test
    void conditionsMeanWhatTheirNamesSay() {
        Rflags flags = new Rflags();
        for (int a = 0; a < 256; a++) {
            for (int b = 0; b < 256; b++) {
                flags.subtract(a, b, 56);
                int difference = (byte) a - (byte) b;
                boolean[] holds = {
                    difference != (byte) difference, // overflow
                    a < b, // below
                    a == b,
                    a <= b,
                    (byte) (a - b) < 0, // sign
                    Integer.bitCount(a - b & 0xff) % 2 == 0, // parity
                    (byte) a < (byte) b, // less
                    (byte) a <= (byte) b
                };
                for (int condition = 0; condition < 16; condition++) {
                    assertEquals(
                            holds[condition / 2] == (condition % 2 == 0),
                            flags.test(condition),
                            a + " with " + b + ", condition " + condition);
                }
            }
        }
    }

    @Test
    void bitsThatDoNotExistReadAsZeroAndBitOneAsOne() {
        Rflags flags = new Rflags();
        assertEquals(2, flags.value());
        flags.setValue(-1);
        assertEquals(0xfd7, flags.value());
        flags.setValue(0);
        assertEquals(2, flags.value());
    }
}
