package dev.pokesim.patcher.assembler;

import static dev.pokesim.patcher.assembler.CodeBuffer.imm;
import static jnr.x86asm.Asm.eax;
import static jnr.x86asm.Asm.ecx;
import static jnr.x86asm.Asm.qword_ptr;
import static jnr.x86asm.Asm.qword_ptr_abs;
import static jnr.x86asm.Asm.r8;
import static jnr.x86asm.Asm.rax;
import static jnr.x86asm.Asm.rdi;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.isa.Decoder;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import jnr.x86asm.CONDITION;
import jnr.x86asm.SEGMENT;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodeBufferTest {
    private static final long START = 0xffffffff81000000L;

    private final CodeBuffer code = new CodeBuffer(START);

    private String hex() {
        return HexFormat.ofDelimiter(" ").formatHex(code.toArray());
    }

    /** The instructions as the emulator reads them. */
    private List<String> listing() {
        byte[] bytes = code.toArray();
        Decoder decoder = new Decoder();
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < bytes.length; ) {
            InstructionBytes rest = InstructionBytes.of(bytes, at, Math.min(15, bytes.length - at));
            Decoded decoded = decoder.decode(rest, START + at);
            lines.add(decoded.name());
            at += decoded.bytes().sizeBytes();
        }
        return lines;
    }

    @Test
    void jumpsAndCallsReachLabelsOnBothSides() {
        CodeLabel top = new CodeLabel();
        CodeLabel end = new CodeLabel();
        code.bind(top).jump8(end).jump32(end).jumpIf8(CONDITION.C_NE, end).jumpIf32(CONDITION.C_E, end);
        code.call(end).jump8(top).jump32(top).bind(end).call(CodeLabel.at(START - 0x1000));
        assertEquals(
                List.of(
                        "jmp 0xffffffff8100001b",
                        "jmp 0xffffffff8100001b",
                        "jne 0xffffffff8100001b",
                        "je 0xffffffff8100001b",
                        "call 0xffffffff8100001b",
                        "jmp 0xffffffff81000000",
                        "jmp 0xffffffff81000000",
                        "call 0xffffffff80fff000"),
                listing());
    }

    @Test
    void jumpBackIsShortWhereItCanBe() {
        CodeLabel top = new CodeLabel();
        code.bind(top).nop(126).jumpBack(top);
        assertEquals(128, code.sizeBytes());
        code.jumpBack(top);
        assertEquals(133, code.sizeBytes());
        assertEquals("jmp 0xffffffff81000000", listing().get(listing().size() - 1));
    }

    @Test
    void displacementsStandInFrontOfConstants() {
        CodeLabel data = new CodeLabel();
        code.emitRipRelative(data, 0, (a, label) -> a.mov(rax, qword_ptr(label)));
        code.emitRipRelative(data, 4, (a, label) -> a.mov(qword_ptr(label), imm(0x04040404)));
        code.emitRipRelative(data, 1, (a, label) -> a.add(qword_ptr(label), imm(4)));
        code.bind(data);
        assertEquals("48 8b 05 13 00 00 00 48 c7 05 08 00 00 00 04 04 04 04 48 83 05 00 00 00 00 04", hex());
    }

    @Test
    void prefixesStandInFrontOfTheInstruction() {
        code.gs().emit(a -> a.mov(rax, qword_ptr_abs(0x28, 0, SEGMENT.SEGMENT_NONE)));
        code.gs().lock().emit(a -> a.add(qword_ptr(r8, 0x30), rax));
        assertEquals("65 48 8b 04 25 28 00 00 00 65 f0 49 01 40 30", hex());
    }

    @Test
    void codeMayBeLongerThanTheLibrarysBuffer() {
        for (int i = 0; i < 1000; i++) {
            code.emit(a -> a.add(rax, imm(0x12345678)));
        }
        assertEquals(6000, code.sizeBytes());
        assertEquals(6000, code.toArray().length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 18, 19})
    void nopsHaveTheSizeAskedFor(int size) {
        code.nop(size);
        assertEquals(size, code.sizeBytes());
        assertEquals((size + 8) / 9, listing().size());
        assertTrue(
                listing().stream().allMatch(line -> line.startsWith("nop")),
                () -> listing().toString());
    }

    @Test
    void gapsBetweenFunctionsAreInt3() {
        code.emit(a -> a.ret()).align(4).align(4).fillTo(START + 6);
        assertEquals("c3 cc cc cc cc cc", hex());
        assertThrows(IllegalArgumentException.class, () -> code.fillTo(START));
    }

    @Test
    void whatTheLibraryCannotEncodeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> code.emit(a -> a.shl(rax, r8)));
        assertThrows(IllegalArgumentException.class, () -> code.emit(a -> a.call(0x100001000L)));
        assertThrows(IllegalArgumentException.class, () -> imm(0x80000000L));
        assertThrows(IllegalArgumentException.class, () -> code.raw(256));
        CodeLabel data = CodeLabel.at(START);
        assertThrows(
                IllegalArgumentException.class, () -> code.emitRipRelative(data, 0, (a, label) -> a.mov(ecx, eax)));
        assertThrows(
                IllegalArgumentException.class,
                () -> code.emitRipRelative(data, 0, (a, label) -> a.mov(rax, qword_ptr(rdi, 0x04040404))));
        assertThrows(
                IllegalArgumentException.class,
                () -> code.emitRipRelative(data, 0, (a, label) -> a.add(qword_ptr(label), imm(4))));
    }

    @ParameterizedTest
    @ValueSource(ints = {127, 128})
    void shortJumpsHaveAShortReach(int distance) {
        CodeLabel end = new CodeLabel();
        code.jump8(end).nop(distance).bind(end);
        if (distance == 127) {
            assertEquals("jmp 0xffffffff81000081", listing().get(0));
        } else {
            assertThrows(IllegalStateException.class, code::toArray);
        }
    }

    @Test
    void labelsAreBoundOnce() {
        CodeLabel label = new CodeLabel();
        code.jump8(label);
        assertThrows(IllegalStateException.class, code::toArray);
        assertThrows(IllegalStateException.class, () -> code.jumpBack(label));
        code.bind(label);
        assertEquals("eb 00", hex());
        assertThrows(IllegalStateException.class, () -> code.bind(label));
    }
}
