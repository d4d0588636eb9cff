package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.Rflags;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Random inputs for one encoding form, edge values included, such that the host survives: addresses lie in the windows, an
 * indirect branch lands where code waits for it, a stray trap flag is not loaded.
 */
final class OperandSets {
    private static final List<Long> EDGES = List.of(
            0L,
            1L,
            2L,
            3L,
            7L,
            8L,
            9L,
            15L,
            16L,
            17L,
            31L,
            32L,
            33L,
            63L,
            64L,
            -1L,
            -2L,
            0x7fL,
            0x80L,
            0xffL,
            0x100L,
            0x7fffL,
            0x8000L,
            0xffffL,
            0x10000L,
            0x7fff_ffffL,
            0x8000_0000L,
            0xffff_ffffL,
            0x1_0000_0000L,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            -128L,
            -129L,
            -32768L,
            -32769L,
            -0x8000_0000L,
            -0x8000_0001L,
            0x5555_5555_5555_5555L,
            0xaaaa_aaaa_aaaa_aaaaL);
    private static final long DATA_MIDDLE = CpuState.DATA + CpuState.WINDOW_BYTES / 2;
    private static final Set<String> BIT_TESTS = Set.of("bt", "bts", "btr", "btc");
    private static final Set<String> DIVISIONS = Set.of("div", "idiv");
    private static final Set<String> NO_ACCESS = Set.of("lea", "nop");
    /** CF PF AF ZF SF DF OF and the bit that always reads 1: what a POPF under test may load. */
    private static final long HARMLESS_FLAGS = CpuState.FLAGS | Rflags.RESERVED;

    private final AssemblyText text;
    private final Random random;

    OperandSets(AssemblyText text, long seed) {
        this.text = text;
        this.random = new Random(seed);
    }

    /** The next inputs. */
    CpuState next() {
        CpuState state = candidate();
        // most random dividends overflow; a few of those are wanted, too
        boolean wantsFault = random.nextInt(8) == 0;
        for (int i = 0; i < 100; i++) {
            if (!UndefinedFlags.isResultUndefined(text, state) && (wantsFault || !dividesWithError(text, state))) {
                break;
            }
            state = candidate();
        }
        return state;
    }

    private long value() {
        return switch (random.nextInt(4)) {
            case 0, 1 -> EDGES.get(random.nextInt(EDGES.size()));
            case 2 -> random.nextLong() >> random.nextInt(64);
            default -> random.nextLong();
        };
    }

    private CpuState candidate() {
        CpuState state = new CpuState();
        for (int register = 0; register < 16; register++) {
            if (register != Core.RSP) {
                state.registers[register] = value();
            }
        }
        state.flags = random.nextInt() & CpuState.FLAGS;
        // all of the window only where an instruction may look that far, to keep reports readable
        int farBytes = BIT_TESTS.contains(text.mnemonic()) ? CpuState.WINDOW_BYTES / 2 - 8 : 0x20;
        for (int i = -farBytes; i <= farBytes; i += 8) {
            state.write(DATA_MIDDLE + i, 8, value());
        }
        for (int i = -0x20; i <= 0x20; i += 8) {
            state.write(CpuState.INITIAL_RSP + i, 8, value());
        }
        if (text.prefixes().stream().anyMatch(prefix -> prefix.startsWith("rep"))) {
            state.registers[Core.RCX] = random.nextInt(8);
        }
        if (text.mnemonic().startsWith("leave")) {
            state.registers[Core.RBP] = CpuState.INITIAL_RSP + 8L * random.nextInt(8);
        }
        if (DIVISIONS.contains(text.mnemonic()) && random.nextInt(4) != 0) {
            state.registers[Core.RDX] = random.nextBoolean() ? state.registers[Core.RAX] >> 63 : random.nextInt(3);
        }
        boolean isBitString = BIT_TESTS.contains(text.mnemonic()) && text.memory(0) != null && text.sizeBytes(1) != 0;
        if (isBitString) {
            text.set(1, state, random.nextInt(2000) - 1000);
        }
        if (!NO_ACCESS.contains(text.mnemonic())) {
            for (AssemblyText.Memory memory : text.memories()) {
                aim(memory, state);
            }
        }
        afterAddresses(state);
        return state;
    }

    /** What must be in memory, now that the addresses are known. */
    private void afterAddresses(CpuState state) {
        switch (text.mnemonic()) {
            case "jmp", "call" -> text.set(0, state, CpuState.LANDING);
            case "ret" -> state.write(state.registers[Core.RSP], 8, CpuState.LANDING);
            case "popf", "popfw" ->
                state.write(state.registers[Core.RSP], 8, state.read(state.registers[Core.RSP], 8) & HARMLESS_FLAGS);
            case "cmpxchg" -> {
                if (random.nextBoolean()) {
                    text.set(0, state, state.registers[Core.RAX]);
                }
            }
            case "cmpxchg8b" -> {
                if (random.nextBoolean()) {
                    text.set(0, state, state.registers[Core.RDX] << 32 | state.registers[Core.RAX] & 0xffff_ffffL);
                }
            }
            case "cmpxchg16b" -> {
                if (random.nextBoolean()) {
                    long address = text.memories().get(0).address(state);
                    state.write(address, 8, state.registers[Core.RAX]);
                    state.write(address + 8, 8, state.registers[Core.RDX]);
                }
            }
            default -> {}
        }
    }

    /** Sets base and index so that the operand lies in a window, RSP excepted. */
    private void aim(AssemblyText.Memory memory, CpuState state) {
        // a locked access that crosses a line is slow or forbidden on some hosts; CMPXCHG16B faults
        boolean isAligned = text.prefixes().contains("lock")
                || text.mnemonic().equals("xchg")
                || text.mnemonic().startsWith("cmpxchg");
        long target = DATA_MIDDLE + (isAligned ? 16 * (random.nextInt(5) - 2) : random.nextInt(41) - 20);
        long wanted = target - memory.displacement() - memory.segmentBase();
        AssemblyText.Register base = memory.base();
        AssemblyText.Register index = memory.index();
        if (base != null && base.number() == Core.RSP) {
            if (index != null) {
                index.set(state, random.nextInt(9) - 4);
            }
        } else if (base != null && base.equals(index)) {
            base.set(state, wanted / (1 + memory.scale()));
        } else if (base != null) {
            base.set(state, wanted - (index == null ? 0 : index.value(state) * memory.scale()));
        } else if (index != null) {
            index.set(state, wanted / memory.scale());
        }
    }

    /** Whether a division by these operands is #DE: by 0, or the quotient does not fit. Worked out with big integers. */
    static boolean dividesWithError(AssemblyText text, CpuState state) {
        if (!DIVISIONS.contains(text.mnemonic())) {
            return false;
        }
        boolean signed = text.mnemonic().equals("idiv");
        int sizeBytes = text.sizeBytes(0);
        int bits = 8 * sizeBytes;
        BigInteger low = unsigned(state.registers[Core.RAX], sizeBytes);
        BigInteger high = sizeBytes == 1
                ? unsigned(state.registers[Core.RAX] >>> 8, 1)
                : unsigned(state.registers[Core.RDX], sizeBytes);
        BigInteger dividend = high.shiftLeft(bits).or(low);
        BigInteger divisor = unsigned(text.value(0, state), sizeBytes);
        if (signed) {
            dividend = signed(dividend, 2 * bits);
            divisor = signed(divisor, bits);
        }
        if (divisor.signum() == 0) {
            return true;
        }
        BigInteger quotient = dividend.divide(divisor);
        return signed ? quotient.bitLength() >= bits : quotient.bitLength() > bits;
    }

    private static BigInteger unsigned(long value, int sizeBytes) {
        BigInteger mask = BigInteger.ONE.shiftLeft(8 * sizeBytes).subtract(BigInteger.ONE);
        return BigInteger.valueOf(value).and(mask);
    }

    private static BigInteger signed(BigInteger value, int bits) {
        return value.testBit(bits - 1) ? value.subtract(BigInteger.ONE.shiftLeft(bits)) : value;
    }
}
