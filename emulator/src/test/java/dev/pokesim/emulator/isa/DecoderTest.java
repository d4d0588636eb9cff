package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Prefixes, lengths and limits: what belongs to no single instruction. */
class DecoderTest {
    private static final long ADDRESS = 0x10001000L;

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static Decoded decode(String hex) {
        byte[] bytes = bytes(hex);
        return new Decoder().decode(InstructionBytes.of(bytes, 0, bytes.length), ADDRESS);
    }

    private static GuestFault.Vector fault(String hex) {
        return assertThrows(GuestFault.class, () -> decode(hex)).vector();
    }

    /** Compilers and the kernel pad instructions with prefixes that mean nothing. */
    @ParameterizedTest
    @CsvSource({
        "2e e9 00 01 00 00, 'jmp 0x10001106'",
        "3e e9 00 01 00 00, 'jmp 0x10001106'",
        "26 eb 10, 'jmp 0x10001013'",
        "36 75 10, 'jne 0x10001013'",
        "2e 0f 85 00 01 00 00, 'jne 0x10001107'",
        "3e e8 00 01 00 00, 'call 0x10001106'",
        "2e 2e 2e e8 00 01 00 00, 'call 0x10001108'",
        "66 48 e8 00 01 00 00, 'call 0x10001107'",
        "67 e8 00 01 00 00, 'call 0x10001106'",
        "48 e9 00 01 00 00, 'jmp 0x10001106'",
        "3e ff e0, 'jmp rax'",
        "2e ff d0, 'call rax'",
        "f2 e9 00 01 00 00, 'jmp 0x10001106'",
        "f2 e8 00 01 00 00, 'call 0x10001106'",
        "f2 74 10, 'je 0x10001013'",
        "f2 ff e1, 'jmp rcx'",
        "f3 c3, ret",
        "f2 c3, ret",
        "2e c3, ret",
        "48 c3, ret",
        "f3 c2 08 00, 'ret 0x8'",
        "66 66 66 66 66 66 2e 0f 1f 84 00 00 00 00 00, 'nop word ptr [rax+rax*1]'",
        "2e 90, nop",
        "66 66 66 90, nop",
        "f3 48 90, pause",
        "3e cc, int3",
        "f3 0f 1e c8, 'nop eax'", // RDSSPD, without shadow stacks
        "f3 0f 1e fb, 'nop ebx'", // ENDBR32 in 64-bit mode
        "0f 1c 00, 'nop dword ptr [rax]'" // CLDEMOTE
    })
    void paddingChangesNothingButTheLength(String hex, String text) {
        Decoded decoded = decode(hex);
        assertEquals(text, decoded.name());
        assertEquals(bytes(hex).length, decoded.bytes().sizeBytes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"66 e9 00 01 00 00", "66 e8 00 01 00 00", "66 0f 84 00 01 00 00", "66 74 00", "66 c3", "66 ff e0"
            })
    void anOperandSizePrefixBeforeANearBranchIsRefusedBecauseProcessorsDiffer(String hex) {
        NotModelled refusal = assertThrows(NotModelled.class, () -> decode(hex));
        assertTrue(refusal.toString().contains("AMD"), refusal.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "48 66 01 c8, 'add ax,cx'",
        "48 2e 01 c8, 'add eax,ecx'",
        "4f 40 01 c8, 'add eax,ecx'",
        "48 f0 01 08, 'lock add dword ptr [rax],ecx'",
        "66 48 01 c8, 'add rax,rcx'",
        "41 65 8b 00, 'mov eax,dword ptr gs:[rax]'"
    })
    void aRexThatIsNotTheLastPrefixIsIgnored(String hex, String text) {
        assertEquals(text, decode(hex).name());
    }

    @ParameterizedTest
    @CsvSource({
        "65 48 8b 04 25 28 00 00 00, 'mov rax,qword ptr gs:[0x28]'",
        "64 8b 01, 'mov eax,dword ptr fs:[rcx]'",
        "64 65 8b 01, 'mov eax,dword ptr gs:[rcx]'",
        "65 64 8b 01, 'mov eax,dword ptr fs:[rcx]'",
        "65 2e 8b 01, 'mov eax,dword ptr gs:[rcx]'",
        "65 48 8b 05 00 01 00 00, 'mov rax,qword ptr gs:[0x10001108]'",
        "67 8b 01, 'mov eax,dword ptr [ecx]'",
        "67 65 8b 44 8b 10, 'mov eax,dword ptr gs:[ebx+ecx*4+0x10]'",
        "67 8b 05 00 01 00 00, 'mov eax,dword ptr [0x10001107]'"
    })
    void segmentsAndAddressSizesBelongToMemoryOperands(String hex, String text) {
        assertEquals(text, decode(hex).name());
    }

    @ParameterizedTest
    @CsvSource({
        "a1 00 08 00 20 00 00 00 00, 'movabs eax,[0x20000800]'",
        "48 a1 88 77 66 55 44 33 22 11, 'movabs rax,[0x1122334455667788]'",
        "66 a3 00 08 00 20 00 00 00 00, 'movabs [0x20000800],ax'",
        "65 a0 28 00 00 00 00 00 00 00, 'movabs al,gs:[0x28]'",
        "67 a1 00 08 00 a0, '[0xa0000800]'",
        "65 67 48 a1 28 00 00 00, 'gs:[0x28]'"
    })
    void anAbsoluteAddressHas8BytesOr4WithAnAddressSizePrefix(String hex, String part) {
        Decoded decoded = decode(hex);
        String name = decoded.name().replaceAll("(byte|word|dword|qword) ptr ", "");
        assertTrue(name.contains(part), name);
        assertEquals(bytes(hex).length, decoded.bytes().sizeBytes());
    }

    /** The displacement counts from the end of the instruction, that is from behind the immediate. */
    @ParameterizedTest
    @CsvSource({
        "c6 05 00 01 00 00 7f, 'mov byte ptr [0x10001107],0x7f'",
        "c7 05 00 01 00 00 78 56 34 12, 'mov dword ptr [0x1000110a],0x12345678'",
        "66 c7 05 00 01 00 00 34 12, 'mov word ptr [0x10001109],0x1234'",
        "83 3d 00 01 00 00 01, 'cmp dword ptr [0x10001107],0x1'",
        "48 81 05 f5 ff ff ff 01 00 00 00, 'add qword ptr [0x10001000],0x1'",
        "01 05 00 01 00 00, 'add dword ptr [0x10001106],eax'"
    })
    void ripRelativeOperandsCountFromBehindTheImmediate(String hex, String text) {
        assertEquals(text, decode(hex).name());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "f0 90",
                "f0 01 c8",
                "f0 03 08",
                "f0 39 08",
                "f0 8b 00",
                "f0 89 00",
                "f0 e9 00 00 00 00",
                "f0 cc",
                "f0 c3",
                "f0 0f 1f 00",
                "f0 a4",
                "f0 f3 ab",
                "f0 50",
                "f0 ff 30",
                "f0 0f a2",
                "f0 0f ae f0"
            })
    void lockIsAnInvalidOpcodeUnlessMemoryIsUpdated(String hex) {
        assertEquals(GuestFault.Vector.INVALID_OPCODE, fault(hex));
    }

    @Test
    void anInstructionHasAtMost15Bytes() {
        assertEquals(15, decode("66".repeat(14) + "90").bytes().sizeBytes());
        assertEquals(15, decode("2e".repeat(9) + "81 c0 01 00 00 00").bytes().sizeBytes());
        // the limit counts whether or not the bytes are there
        assertEquals(GuestFault.Vector.GENERAL_PROTECTION, fault("66".repeat(15)));
        assertEquals(GuestFault.Vector.GENERAL_PROTECTION, fault("66".repeat(14) + "0f"));
        assertEquals(GuestFault.Vector.GENERAL_PROTECTION, fault("66".repeat(14) + "80")); // ModRM would be the 16th
        assertEquals(GuestFault.Vector.GENERAL_PROTECTION, fault("66".repeat(14) + "48"));
        assertEquals(GuestFault.Vector.GENERAL_PROTECTION, fault("2e".repeat(8) + "0f 1f 84 00 00 00 00"));
        assertEquals(GuestFault.Vector.PAGE_FAULT, fault("66".repeat(14)));
    }

    @Test
    void prefixesThatMakeAnotherInstructionAreNotPadding() {
        assertThrows(NotModelled.class, () -> decode("f2 0f 38 f0 01")); // CRC32, not MOVBE
        assertThrows(NotModelled.class, () -> decode("f3 0f 01 e8")); // SETSSBSY, not SERIALIZE
        assertThrows(NotModelled.class, () -> decode("66 0f ae e8")); // not LFENCE
        assertThrows(NotModelled.class, () -> decode("f3 0f ae f0")); // UMONITOR, not MFENCE
        assertEquals("tzcnt eax,ecx", decode("f3 0f bc c1").name());
        assertEquals("xchg r8d,eax", decode("f3 41 90").name());
    }

    @Test
    void controlRegistersThatDoNotExistAreInvalidAndCr8IsNotModelled() {
        assertEquals("mov rax,cr3", decode("0f 20 d8").name());
        assertEquals(GuestFault.Vector.INVALID_OPCODE, fault("0f 20 c8")); // CR1
        assertEquals(GuestFault.Vector.INVALID_OPCODE, fault("44 0f 22 d8")); // CR11
        assertThrows(NotModelled.class, () -> decode("44 0f 20 c0")); // CR8
    }
}
