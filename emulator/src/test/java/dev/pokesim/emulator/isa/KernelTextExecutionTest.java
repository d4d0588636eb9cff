package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * A million executions of what stands in the text of a kernel, with the operands that stand there, by the interpreter and by the host
 * CPU. Not of it: control flow, what needs privilege, what moves RSP elsewhere. Addresses lead into the memory of the test: registers
 * are set so, and an address that is part of the instruction is replaced by another.
 */
class KernelTextExecutionTest {
    private static final int EXECUTIONS = 1_000_000;
    private static final int MOST_SHOWN = 10;
    private static final byte INT3 = (byte) 0xcc;
    /** Prefix, opcode, ModRM, SIB. */
    private static final int BEGINNING_BYTES = 4;

    private static final int MOST_ALIKE = 4;
    /** How far from RSP an operand may be. */
    private static final int MOST_FROM_RSP = 0xc0;

    private static final Set<String> CONTROL_FLOW =
            Set.of("call", "jmp", "jcc", "ret", "loop", "loope", "loopne", "jrcxz", "jecxz", "int3", "iretq");

    /** Those of which testdata/instructions has a form that the host may execute. */
    private static final Set<String> NATIVE = CaseFile.all().stream()
            .filter(file -> file.forms().stream().anyMatch(form -> form.notNative() == null))
            .map(CaseFile::mnemonic)
            .filter(mnemonic -> !CONTROL_FLOW.contains(mnemonic))
            .collect(Collectors.toUnmodifiableSet());

    private static final Set<String> BIT_TESTS = Set.of("bt", "bts", "btr", "btc");
    private static final Set<String> NO_ACCESS = Set.of("lea", "nop");
    private static final int DISPLACEMENT_BYTES = 4;

    private final Decoder decoder = new Decoder();

    private record Form(InstructionBytes bytes, AssemblyText text) {
        @Override
        public String toString() {
            return bytes + " ; " + text.mnemonic() + " " + text.operands();
        }
    }

    @Test
    void hostAndInterpreterDoTheSame() {
        byte[] text = PackedText.read("a kernel's instructions are not executed by the host CPU");
        String refusal = Oracle.get().refusal(AssemblyText.of("nop"));
        Assumptions.assumeTrue(refusal == null, refusal);
        List<Form> forms = forms(text);
        int rounds = (EXECUTIONS + forms.size() - 1) / forms.size() + 1;
        long executed = 0;
        Set<String> mnemonics = new TreeSet<>();
        List<String> different = new ArrayList<>();
        EmulatedCpu emulated = new EmulatedCpu();
        HostCpu host = Oracle.get().host();
        for (Form form : forms) {
            host.load(form.bytes());
            emulated.load(form.bytes());
            OperandSets sets = new OperandSets(
                    form.text(), form.bytes().low() * 31 + form.bytes().high());
            for (int i = 0; i < rounds; i++) {
                CpuState before = sets.next();
                if (!staysInWindows(form.text(), before) || OperandSets.dividesWithError(form.text(), before)) {
                    continue;
                }
                CpuState expected = host.run(before);
                CpuState actual = emulated.run(before);
                executed++;
                int undefined = UndefinedFlags.of(form.text(), before);
                if (!UndefinedFlags.isResultUndefined(form.text(), before)
                        && !expected.equalsExcept(actual, undefined)) {
                    different.add(form + "\n  in " + before + "\n  host " + expected.changesFrom(before) + "\n  here "
                            + actual.changesFrom(before));
                }
            }
            mnemonics.add(form.text().mnemonic());
        }
        assertEquals(List.of(), different.subList(0, Math.min(MOST_SHOWN, different.size())));
        String extent = executed + " executions of " + forms.size() + " instructions, " + mnemonics.size()
                + " mnemonics: " + mnemonics;
        assertTrue(executed >= EXECUTIONS, extent);
    }

    /**
     * Different instructions in the order of the text; of those that begin alike, and so mostly differ in a constant only, the first
     * few.
     */
    private List<Form> forms(byte[] text) {
        Set<InstructionBytes> seen = new HashSet<>();
        Map<InstructionBytes, Integer> alike = new HashMap<>();
        List<Form> forms = new ArrayList<>();
        for (int at = 0; at < text.length; ) {
            InstructionBytes here =
                    InstructionBytes.of(text, at, Math.min(InstructionBytes.MAX_SIZE_BYTES, text.length - at));
            int size = InstructionLength.of(here).orElse(1);
            at += size;
            if (text[at - size] != INT3
                    && seen.add(here.prefix(size))
                    && alike.merge(here.prefix(Math.min(size, BEGINNING_BYTES)), 1, Integer::sum) <= MOST_ALIKE) {
                Form form = executable(here.prefix(size));
                if (form != null) {
                    forms.add(form);
                }
            }
        }
        return forms;
    }

    /** The instruction as both sides may execute it; null if they may not. */
    private @Nullable Form executable(InstructionBytes bytes) {
        Decoded decoded;
        try {
            decoded = decoder.decode(bytes, CpuState.TEXT);
        } catch (NotModelled | GuestFault refused) {
            return null;
        }
        if (!NATIVE.contains(decoded.mnemonic())) {
            return null;
        }
        Form form = new Form(bytes, AssemblyText.of(AssemblyText.normalised(decoded.name())));
        for (AssemblyText.Memory memory : form.text().memories()) {
            if (memory.base() == null && memory.index() == null && !NO_ACCESS.contains(decoded.mnemonic())) {
                Form redirected = redirected(bytes, memory);
                if (redirected == null) {
                    return null;
                }
                form = redirected;
            }
        }
        return isHarmless(form.text()) && Oracle.get().refusal(form.text()) == null ? form : null;
    }

    /** The same with another address, in the window; null if it is not in the four bytes where one usually is. */
    private @Nullable Form redirected(InstructionBytes bytes, AssemblyText.Memory memory) {
        long wanted = CpuState.DATA + CpuState.WINDOW_BYTES / 2 - memory.segmentBase();
        long next = CpuState.TEXT + bytes.sizeBytes();
        for (long relativeTo : new long[] {next, 0}) {
            int old = (int) (memory.displacement() - relativeTo);
            for (int at = bytes.sizeBytes() - DISPLACEMENT_BYTES; at > 1; at--) {
                byte[] changed = bytes.toArray();
                int found = 0;
                for (int i = DISPLACEMENT_BYTES - 1; i >= 0; i--) {
                    found = found << 8 | changed[at + i] & 0xff;
                }
                if (found == old) {
                    for (int i = 0; i < DISPLACEMENT_BYTES; i++) {
                        changed[at + i] = (byte) (wanted - relativeTo >> 8 * i);
                    }
                    InstructionBytes other = InstructionBytes.of(changed, 0, changed.length);
                    AssemblyText text = AssemblyText.of(AssemblyText.normalised(
                            decoder.decode(other, CpuState.TEXT).name()));
                    if (text.memories().stream().allMatch(one -> one.displacement() == wanted)) {
                        return new Form(other, text);
                    }
                }
            }
        }
        return null;
    }

    /** RSP stays near the stack, no segment register is touched, and FS, which is the host's, is not used. */
    private static boolean isHarmless(AssemblyText text) {
        for (int i = 0; i < text.operands().size(); i++) {
            AssemblyText.Register register =
                    AssemblyText.Register.named(text.operands().get(i));
            AssemblyText.Memory memory = text.memory(i);
            boolean isConstant = text.operands().get(i).matches("(0x[0-9a-f]+|[0-9]+)");
            if (register == null && memory == null && !isConstant
                    || register != null && register.number() == Core.RSP && !register.isHighByte()
                    || memory != null && (memory.segment().equals("fs") || isFarFromRsp(memory))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isFarFromRsp(AssemblyText.Memory memory) {
        return memory.uses(Core.RSP)
                && (memory.displacement() < -MOST_FROM_RSP || memory.displacement() > MOST_FROM_RSP);
    }

    private static boolean staysInWindows(AssemblyText text, CpuState before) {
        if (NO_ACCESS.contains(text.mnemonic())) {
            return true;
        }
        for (AssemblyText.Memory memory : text.memories()) {
            long address = memory.address(before);
            if (BIT_TESTS.contains(text.mnemonic()) && text.sizeBytes(1) != 0) {
                long bit = text.value(1, before);
                int unused = Long.SIZE - 8 * text.sizeBytes(1);
                address += bit << unused >> unused >> 3;
            }
            if (!CpuState.isInWindow(address)
                    || !CpuState.isInWindow(address + 15)
                    || !CpuState.isInWindow(address - 8)) {
                return false;
            }
        }
        return true;
    }
}
