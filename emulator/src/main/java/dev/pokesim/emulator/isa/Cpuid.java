package dev.pokesim.emulator.isa;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.microop.Compute;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.microop.Serialise;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * CPUID: says what this machine has, and serialises. A leaf that does not exist reads as 0, as on AMD processors.
 * Source: Intel SDM vol. 2, "CPUID".
 */
final class Cpuid implements Instruction {
    /** Leaf 0: twelve letters in EBX, EDX and ECX. */
    static final String VENDOR = "PokeSimEmul8";

    private static final int MAX_LEAF = 7;
    private static final int MAX_EXTENDED_LEAF = 0x8000_0001;

    /** Leaf 1, EAX: family 6 and the rest 0. */
    private static final int SIGNATURE = 0x600;
    /** Leaf 1, EBX: lines of CLFLUSH in units of 8 bytes; the core's number stands above. */
    private static final int CLFLUSH_SIZE = 8 << 8;
    /** Leaf 1, ECX: CMPXCHG16B, MOVBE, POPCNT. */
    private static final int FEATURES_1_ECX = 1 << 13 | 1 << 22 | 1 << 23;
    /** Leaf 1, EDX: TSC, MSR, CMPXCHG8B, CMOV, CLFLUSH. */
    private static final int FEATURES_1_EDX = 1 << 4 | 1 << 5 | 1 << 8 | 1 << 15 | 1 << 19;
    /** Leaf 7, EBX: FSGSBASE, CLFLUSHOPT, CLWB. */
    private static final int FEATURES_7_EBX = 1 | 1 << 23 | 1 << 24;
    /** Leaf 7, EDX: SERIALIZE. */
    private static final int FEATURES_7_EDX = 1 << 14;
    /** Extended leaf 1, ECX: LAHF and SAHF in 64-bit mode, PREFETCHW. */
    private static final int EXTENDED_ECX = 1 | 1 << 8;
    /** Extended leaf 1, EDX: execute-disable, RDTSCP, 64-bit mode. */
    private static final int EXTENDED_EDX = 1 << 20 | 1 << 27 | 1 << 29;

    @Override
    public List<Encoding> encodings() {
        return List.of(Encoding.of("0F A2"));
    }

    @Override
    public List<MicroOp> microOps(Operands operands) {
        return List.of(new Serialise(), new Compute() {
            @Override
            public void execute(Core core) {
                int subleaf = (int) core.file()[Core.RCX];
                switch ((int) core.file()[Core.RAX]) {
                    case 0 -> set(core, MAX_LEAF, vendor(0), vendor(8), vendor(4));
                    case 1 -> set(core, SIGNATURE, CLFLUSH_SIZE | core.id() << 24, FEATURES_1_ECX, FEATURES_1_EDX);
                    case MAX_LEAF -> {
                        boolean exists = subleaf == 0;
                        set(core, 0, exists ? FEATURES_7_EBX : 0, 0, exists ? FEATURES_7_EDX : 0);
                    }
                    case 0x8000_0000 -> set(core, MAX_EXTENDED_LEAF, vendor(0), vendor(8), vendor(4));
                    case MAX_EXTENDED_LEAF -> set(core, 0, 0, EXTENDED_ECX, EXTENDED_EDX);
                    default -> set(core, 0, 0, 0, 0);
                }
            }

            @Override
            public String toString() {
                return "identify";
            }
        });
    }

    private static void set(Core core, int eax, int ebx, int ecx, int edx) {
        long[] file = core.file();
        file[Core.RAX] = Integer.toUnsignedLong(eax);
        file[Core.RBX] = Integer.toUnsignedLong(ebx);
        file[Core.RCX] = Integer.toUnsignedLong(ecx);
        file[Core.RDX] = Integer.toUnsignedLong(edx);
    }

    private static int vendor(int from) {
        byte[] letters = VENDOR.getBytes(StandardCharsets.US_ASCII);
        return letters[from] | letters[from + 1] << 8 | letters[from + 2] << 16 | letters[from + 3] << 24;
    }
}
