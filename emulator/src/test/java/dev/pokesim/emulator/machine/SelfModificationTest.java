package dev.pokesim.emulator.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Code that changes under the interpreter's feet: what was decoded before must not be executed again. */
class SelfModificationTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final long ALIAS = 0xffffc90000000000L;

    private final AddressSpace memory = new AddressSpace();
    private final Interpreter interpreter = new Interpreter(memory);
    private final Core core = interpreter.core();

    SelfModificationTest() {
        memory.map(TEXT, 8192, Access.READ, Access.WRITE, Access.EXECUTE);
        memory.alias(ALIAS, TEXT, Access.READ, Access.WRITE);
        memory.alias(ALIAS + 4096, TEXT + 4096, Access.READ, Access.WRITE);
        core.setRip(TEXT);
    }

    private void text(long address, String hex) {
        memory.load(address, HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @Test
    void aStoreIntoTheNextInstructionTakesEffect() {
        text(TEXT, "c6 05 01 00 00 00 22  b0 11"); // mov byte [next + 1],0x22; mov al,0x11
        interpreter.run(2, 0);
        assertEquals(0x22, core.register(Core.RAX));
    }

    @Test
    void aStoreIntoAnInstructionThatRanBeforeTakesEffect() {
        // loop: mov al,0; add bl,al; inc byte [loop + 1]; jmp loop
        text(TEXT, "b0 00  00 c3  fe 05 f7 ff ff ff  eb f4");
        interpreter.run(4 * 5, 0);
        assertEquals(0 + 1 + 2 + 3 + 4, core.register(Core.RBX));
    }

    @Test
    void aStoreThroughAnAliasTakesEffect() {
        text(TEXT, "c6 03 22  b0 11"); // mov byte [rbx],0x22; mov al,0x11
        core.setRip(TEXT + 3);
        interpreter.run(1, 0);
        assertEquals(0x11, core.register(Core.RAX));
        core.setRegister(Core.RBX, ALIAS + 4);
        core.setRip(TEXT);
        interpreter.run(2, 0);
        assertEquals(0x22, core.register(Core.RAX));
    }

    @Test
    void aStoreIntoEitherPageOfAnInstructionThatCrossesThemTakesEffect() {
        long start = TEXT + 4096 - 2;
        text(start, "b8 11 11 11 11");
        core.setRip(start);
        interpreter.run(1, 0);
        assertEquals(0x11111111, core.register(Core.RAX));
        for (long base : new long[] {TEXT, ALIAS}) {
            memory.write(base + 4096, 1, 0x22, 0);
            core.setRip(start);
            interpreter.run(1, 0);
            assertEquals(0x11112211, core.register(Core.RAX));
            memory.write(base + 4095, 1, 0x33, 0);
            core.setRip(start);
            interpreter.run(1, 0);
            assertEquals(0x11112233, core.register(Core.RAX));
            memory.write(base + 4095, 2, 0x1111, 0); // one store over both pages
            core.setRip(start);
            interpreter.run(1, 0);
            assertEquals(0x11111111, core.register(Core.RAX));
        }
    }

    @Test
    void aStoreElsewhereInThePageKeepsWhatWasDecoded() {
        text(TEXT, "b0 11");
        Decoded before = interpreter.decode(TEXT);
        memory.write(TEXT + 100, 8, -1, 0);
        assertSame(before, interpreter.decode(TEXT));
    }

    /** A patch site goes to and fro; it must not be decoded each time. */
    @Test
    void aSiteThatFlipsBetweenTwoInstructionsIsDecodedTwiceInAll() {
        for (long site : new long[] {TEXT + 64, TEXT + 62, TEXT + 4096 - 3}) {
            text(site, "0f 1f 44 00 00");
            Decoded nop = interpreter.decode(site);
            text(site, "e9 00 01 00 00");
            Decoded jump = interpreter.decode(site);
            assertNotSame(nop, jump);
            for (int flip = 0; flip < 10; flip++) {
                memory.write(ALIAS + site - TEXT, 5, 0x0000441f0fL, 0);
                assertSame(nop, interpreter.decode(site));
                memory.write(site, 5, 0x00000100e9L, 0);
                assertSame(jump, interpreter.decode(site));
            }
        }
    }

    @Test
    void aStoreIntoTheLastBytesOfALongInstructionTakesEffect() {
        text(TEXT, "48 b8 11 00 00 00 00 00 00 00"); // mov rax,0x11
        interpreter.run(1, 0);
        for (int size = 8; size <= 9; size++) {
            memory.write(TEXT + size, 1, size, 0);
            core.setRip(TEXT);
            interpreter.run(1, 0);
            assertEquals((long) size << 8 * (size - 2), core.register(Core.RAX) & 0xffL << 8 * (size - 2));
        }
    }

    @Test
    void int3OverTheFirstByteAndBackRemembersTheInstruction() {
        text(TEXT, "e9 00 01 00 00");
        Decoded jump = interpreter.decode(TEXT);
        memory.write(TEXT, 1, 0xcc, 0);
        assertEquals("int3", interpreter.decode(TEXT).name());
        memory.write(TEXT + 1, 4, 0x200, 0);
        memory.write(TEXT, 1, 0xe9, 0);
        assertEquals("jmp 0xffffffff81000205", interpreter.decode(TEXT).name());
        memory.write(TEXT + 1, 4, 0x100, 0);
        assertSame(jump, interpreter.decode(TEXT));
    }

    @Test
    void aPlaceThatSawManyInstructionsStillExecutesThePresentOne() {
        for (int i = 0; i < 100; i++) {
            memory.write(TEXT, 2, 0xb0 | i % 50 << 8, 0);
            core.setRip(TEXT);
            interpreter.run(1, 0);
            assertEquals(i % 50, core.register(Core.RAX));
        }
    }

    @Test
    void anotherFrameAtTheSameAddressIsDecodedAnew() {
        text(TEXT, "b0 11");
        interpreter.run(1, 0);
        memory.map(0x10000, 4096, Access.READ);
        text(0x10000, "b0 22");
        memory.alias(TEXT, 0x10000, Access.READ, Access.EXECUTE);
        core.setRip(TEXT);
        interpreter.run(1, 0);
        assertEquals(0x22, core.register(Core.RAX));
    }

    @Test
    void theSecondPageOfAnInstructionMayBeReplacedToo() {
        long start = TEXT + 4096 - 1;
        text(start, "b0 11");
        core.setRip(start);
        interpreter.run(1, 0);
        memory.map(0x10000, 4096, Access.READ);
        text(0x10000, "22");
        memory.alias(TEXT + 4096, 0x10000, Access.READ, Access.EXECUTE);
        core.setRip(start);
        interpreter.run(1, 0);
        assertEquals(0x22, core.register(Core.RAX));
    }

    /** From the beginning until HLT, with no limit in the way: a block at a time. */
    private void runToHalt() {
        core.setHalted(false);
        core.setRip(TEXT);
        interpreter.run(1_000_000, 0);
        assertTrue(core.isHalted());
    }

    @Test
    void aStoreOverABranchThatIsNotTakenTakesEffect() {
        // mov byte [last + 1],0x22; je last; nop; nop; last: mov al,0x11; hlt
        text(TEXT, "c6 05 05 00 00 00 22  74 02  90 90  b0 11  f4");
        runToHalt();
        assertEquals(0x22, core.register(Core.RAX));
        assertEquals(6, core.retired());
    }

    @Test
    void aStoreIntoTheJumpThatComesNextTakesEffect() {
        // mov byte [jmp + 1],3; jmp next; next: mov al,0x11; hlt; mov al,0x22; hlt
        text(TEXT, "c6 05 01 00 00 00 03  eb 00  b0 11  f4  b0 22  f4");
        runToHalt();
        assertEquals(0x22, core.register(Core.RAX));
        memory.write(TEXT, 2, 0x05eb, 0); // jmp to the second one, now over the store
        runToHalt();
        assertEquals(0x22, core.register(Core.RAX));
        memory.write(TEXT + 8, 1, 0, 0);
        runToHalt();
        assertEquals(0x11, core.register(Core.RAX));
    }

    @Test
    void aStoreWhereAJumpGoesTakesEffect() {
        text(TEXT, "eb 10");
        text(TEXT + 0x12, "b0 11  f4");
        for (int value : new int[] {0x11, 0x22, 0x11}) {
            memory.write(ALIAS + 0x13, 1, value, 0);
            runToHalt();
            assertEquals(value, core.register(Core.RAX));
        }
    }

    @Test
    void aStoreIntoTheBlockThatAlwaysCameNextTakesEffect() {
        // loop: inc byte [function + 1]; call function; dec rcx; jne loop; hlt; function: mov al,0; add bl,al; ret
        text(TEXT, "fe 05 1b 00 00 00  e8 15 00 00 00  48 ff c9  75 f0  f4");
        text(TEXT + 0x20, "b0 00  00 c3  c3");
        core.setRegister(Core.RCX, 10);
        core.setRegister(Core.RSP, TEXT + 8192);
        runToHalt();
        assertEquals(10 * 11 / 2, core.register(Core.RBX));
    }

    @Test
    void aBranchInsideABlockMayGoEitherWayEachTime() {
        // loop: test cl,1; jne odd; add rbx,1; jmp next; odd: add rdx,1; next: dec rcx; jne loop; hlt
        text(TEXT, "f6 c1 01  75 06  48 83 c3 01  eb 04  48 83 c2 01  48 ff c9  75 ec  f4");
        core.setRegister(Core.RCX, 100);
        runToHalt();
        assertEquals(50, core.register(Core.RBX));
        assertEquals(50, core.register(Core.RDX));
        assertEquals(50 * (5 + 6) + 1, core.retired());
    }

    @Test
    void aFaultBehindJumpsIsWhereItHappened() {
        text(TEXT, "74 02  eb 02  90 90  48 8b 03"); // je; jmp over; nop; nop; over: mov rax,[rbx]
        assertThrows(GuestFault.class, () -> interpreter.run(1_000_000, 0));
        assertEquals(TEXT + 6, core.rip());
        assertEquals(2, core.retired());
    }

    @Test
    void aRunStopsAtAnAddressInsideABlock() {
        text(TEXT, "74 02  eb 02  90 90  b0 11  b0 22  f4"); // je; jmp over; nop; nop; over: mov al,0x11; mov al,0x22
        assertEquals(3, interpreter.run(1_000_000, TEXT + 8));
        assertEquals(0x11, core.register(Core.RAX));
    }
}
