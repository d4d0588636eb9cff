package dev.pokesim.emulator.isa;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An instruction in Intel syntax, taken apart without the help of the decoder under test. */
final class AssemblyText {
    private final List<String> prefixes;
    private final String mnemonic;
    private final List<String> operands;
    /** Per operand, as far as it is one: the memory, the register, and the constant. */
    private final @Nullable Memory[] memories;

    private final @Nullable Register[] registers;
    private final long[] constants;

    private AssemblyText(List<String> prefixes, String mnemonic, List<String> operands) {
        this.prefixes = prefixes;
        this.mnemonic = mnemonic;
        this.operands = operands;
        memories = new Memory[operands.size()];
        registers = new Register[operands.size()];
        constants = new long[operands.size()];
        for (int i = 0; i < operands.size(); i++) {
            String operand = operands.get(i);
            memories[i] = memory(operand);
            registers[i] = Register.named(operand);
            if (operand.startsWith("0x")) {
                constants[i] = Long.parseUnsignedLong(operand.substring(2), 16);
            } else if (operand.matches("[0-9]+")) {
                constants[i] = Long.parseLong(operand);
            }
        }
    }

    List<String> prefixes() {
        return prefixes;
    }

    /** As printed: {@code jne}, not {@code jcc}. */
    String mnemonic() {
        return mnemonic;
    }

    List<String> operands() {
        return operands;
    }

    private static final Set<String> PREFIXES =
            Set.of("lock", "rep", "repz", "repnz", "data16", "addr32", "cs", "ds", "es", "ss", "bnd", "notrack");
    private static final Set<String> STRING_OPERATIONS = Set.of("movs", "stos", "scas", "cmps", "lods");
    private static final Pattern MEMORY =
            Pattern.compile("(?:(byte|word|dword|qword|oword) ptr )?(?:([c-gs]s):)?\\[([^]]*)]");
    private static final Pattern TERM = Pattern.compile("([+-]?)([a-z0-9]+)(?:\\*([1248]))?");

    /** A general register or a part of one. */
    record Register(int number, int sizeBytes, boolean isHighByte) {
        /** The register of a name; null if it is none. */
        static @Nullable Register named(String name) {
            for (int number = 0; number < 16; number++) {
                for (int sizeBytes = 1; sizeBytes <= 8; sizeBytes *= 2) {
                    if (Operand.Register.name(number, sizeBytes, false).equals(name)) {
                        return new Register(number, sizeBytes, false);
                    }
                }
            }
            int high = List.of("ah", "ch", "dh", "bh").indexOf(name);
            return high < 0 ? null : new Register(high, 1, true);
        }

        long value(CpuState state) {
            long value = state.registers[number] >>> (isHighByte ? 8 : 0);
            return sizeBytes == 8 ? value : value & (1L << 8 * sizeBytes) - 1;
        }

        /** Sets the part that it names; the rest of the register stays. */
        void set(CpuState state, long value) {
            int shift = isHighByte ? 8 : 0;
            long mask = (sizeBytes == 8 ? -1 : (1L << 8 * sizeBytes) - 1) << shift;
            state.registers[number] = state.registers[number] & ~mask | value << shift & mask;
        }
    }

    /** A memory operand: base + index * scale + displacement in a segment; sizeBytes is 0 if the text does not say it. */
    record Memory(
            int sizeBytes,
            String segment,
            @Nullable Register base,
            @Nullable Register index,
            int scale,
            long displacement) {
        long address(CpuState state) {
            long offset = displacement
                    + (base == null ? 0 : base.value(state))
                    + (index == null ? 0 : index.value(state) * scale);
            boolean truncated = base != null && base.sizeBytes() == 4 || index != null && index.sizeBytes() == 4;
            return segmentBase() + (truncated ? offset & 0xffff_ffffL : offset);
        }

        long segmentBase() {
            return switch (segment) {
                case "gs" -> CpuState.GS_BASE;
                case "fs" -> CpuState.FS_BASE;
                default -> 0;
            };
        }

        boolean uses(int register) {
            return base != null && base.number() == register || index != null && index.number() == register;
        }
    }

    static AssemblyText of(String text) {
        List<String> prefixes = new ArrayList<>();
        String rest = text;
        int space = rest.indexOf(' ');
        while (space > 0 && PREFIXES.contains(rest.substring(0, space))) {
            prefixes.add(rest.substring(0, space));
            rest = rest.substring(space + 1);
            space = rest.indexOf(' ');
        }
        return space < 0
                ? new AssemblyText(prefixes, rest, List.of())
                : new AssemblyText(
                        prefixes,
                        rest.substring(0, space),
                        List.of(rest.substring(space + 1).split(",")));
    }

    /** The memory operand, or each of the two that a string instruction has. */
    List<Memory> memories() {
        return Arrays.stream(memories).filter(Objects::nonNull).toList();
    }

    /** An operand as memory; null if it is something else. */
    @Nullable
    Memory memory(int operand) {
        return memories[operand];
    }

    /** An operand as memory; null if it is something else. */
    private static @Nullable Memory memory(String operand) {
        Matcher matcher = MEMORY.matcher(operand);
        if (!matcher.matches()) {
            return null;
        }
        Register base = null;
        Register index = null;
        int scale = 1;
        long displacement = 0;
        Matcher term = TERM.matcher(matcher.group(3));
        while (term.find()) {
            Register register = Register.named(term.group(2));
            if (register == null) {
                long value = Long.parseUnsignedLong(term.group(2).substring(2), 16);
                displacement = term.group(1).equals("-") ? -value : value;
            } else if (term.group(3) == null && base == null) {
                base = register;
            } else {
                index = register;
                scale = term.group(3) == null ? 1 : Integer.parseInt(term.group(3));
            }
        }
        int sizeBytes = matcher.group(1) == null
                ? 0
                : 1 << List.of("byte", "word", "dword", "qword", "oword").indexOf(matcher.group(1));
        return new Memory(
                sizeBytes, matcher.group(2) == null ? "" : matcher.group(2), base, index, scale, displacement);
    }

    /** The width of an operand in bytes: of a register or of memory; 0 for a constant. */
    int sizeBytes(int operand) {
        Register register = registers[operand];
        Memory memory = memories[operand];
        return register != null ? register.sizeBytes() : memory != null ? memory.sizeBytes() : 0;
    }

    /** The value of an operand, zero-extended; at most 8 bytes of it. */
    long value(int operand, CpuState state) {
        Register register = registers[operand];
        Memory memory = memories[operand];
        return register != null
                ? register.value(state)
                : memory != null
                        ? state.read(memory.address(state), Math.min(memory.sizeBytes(), 8))
                        : constants[operand];
    }

    /** Sets an operand that is a register or memory; nothing for a constant. */
    void set(int operand, CpuState state, long value) {
        Register register = registers[operand];
        Memory memory = memories[operand];
        if (register != null) {
            register.set(state, value);
        } else if (memory != null) {
            state.write(memory.address(state), Math.min(memory.sizeBytes(), 8), value);
        }
    }

    /** Whether the mnemonic is one that goes to the address that its operand gives. */
    boolean isBranch() {
        return mnemonic.startsWith("j") || mnemonic.equals("call") || mnemonic.startsWith("loop");
    }

    /**
     * objdump's Intel syntax in the spelling of this project: lower case, one space, RIP-relative and absolute operands as
     * [0x...], no zero displacement, no prefix that means nothing.
     */
    static String normalised(String text) {
        String result = text.toLowerCase(Locale.ROOT)
                .replaceAll("<.*>", "")
                .replaceAll("\\s+", " ")
                .trim();
        Matcher comment = Pattern.compile("\\[[re]ip[+-]0x[0-9a-f]+](.*?) # (0x[0-9a-f]+)")
                .matcher(result);
        if (comment.find()) {
            result = comment.replaceFirst("[" + comment.group(2) + "]" + Matcher.quoteReplacement(comment.group(1)));
        }
        result = result.replaceAll("\\bds:(0x[0-9a-f]+)", "[$1]")
                .replaceAll("\\b([fg]s):(0x[0-9a-f]+)", "$1:[$2]")
                .replaceAll("[+-]0x0]", "]")
                .replaceAll("\\b[cde]s:\\[", "[")
                .replaceAll("\\bss:\\[", "[");
        boolean stripped = true;
        while (stripped) {
            int space = result.indexOf(' ');
            String first = space < 0 ? "" : result.substring(0, space);
            String second = space < 0 ? "" : result.substring(space + 1).replaceAll(" .*", "");
            stripped = first.matches("data16|addr32|[cdes]s|bnd|notrack|rex(\\.[wrxb]+)?|xacquire|xrelease")
                    || first.matches("rep|repz|repnz") && !STRING_OPERATIONS.contains(second);
            result = stripped ? result.substring(space + 1) : result;
        }
        return result.equals("xchg ax,ax") ? "nop" : result; // the manual's name for 66 90
    }
}
