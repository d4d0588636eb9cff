package dev.pokesim.emulator.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class InterpreterTest {
    private static final long TEXT = 0xffffffff81000000L;
    private static final long STACK = 0xffff888000000000L;

    private static Interpreter with(String hex) {
        AddressSpace memory = new AddressSpace();
        memory.map(TEXT, 4096, Access.READ, Access.WRITE, Access.EXECUTE);
        memory.map(STACK, 4096, Access.READ, Access.WRITE);
        memory.load(TEXT, HexFormat.of().parseHex(hex.replace(" ", "")));
        Interpreter interpreter = new Interpreter(memory);
        interpreter.core().setRip(TEXT);
        interpreter.core().setRegister(Core.RSP, STACK + 4096);
        return interpreter;
    }

    @Test
    void countsDownInALoop() {
        // mov ecx,10; add rax,rcx; sub ecx,1; jne -8; int3
        Interpreter interpreter = with("b9 0a000000 48 01 c8 83 e9 01 75 f8 cc");
        assertEquals(1 + 3 * 10 + 1, interpreter.run(1000, 0));
        assertEquals(55, interpreter.core().register(Core.RAX));
        assertEquals(3, interpreter.core().trap());
    }

    @Test
    void callsAndReturns() {
        // call +1; int3; mov [rsp-0x10],eax ; ret
        Interpreter interpreter = with("e8 01000000 cc 89 44 24 f0 c3");
        assertEquals(4, interpreter.run(1000, 0));
        assertEquals(STACK + 4096, interpreter.core().register(Core.RSP));
        assertEquals(TEXT + 6, interpreter.core().rip());
    }
}
