package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A fault leaves the core as it was before the instruction: registers, flags, RIP and memory. */
class FaultTest {
    private static final long PAGE = 0x20000;
    private static final int ROUNDS = 60;

    /** A page that may be written, one that may not, one that is not there, and a second RW one: all borders between them. */
    private static AddressSpace memory() {
        AddressSpace memory = new AddressSpace();
        memory.map(CpuState.TEXT, 4096, Access.READ, Access.EXECUTE);
        memory.map(PAGE, 4096, Access.READ, Access.WRITE);
        memory.map(PAGE + 4096, 4096, Access.READ);
        memory.map(PAGE + 3 * 4096, 4096, Access.READ, Access.WRITE);
        return memory;
    }

    private static long[] state(Core core, AddressSpace memory) {
        long[] state = new long[20 + 3 * 512];
        for (int register = 0; register < 16; register++) {
            state[register] = core.register(register);
        }
        state[16] = core.flags().value();
        state[17] = core.rip();
        state[18] = core.retired();
        state[19] = core.fsBase() ^ core.gsBase() ^ core.kernelGsBase();
        for (int i = 0; i < 3 * 512; i++) {
            state[20 + i] = memory.read(PAGE + (i < 1024 ? 0 : 4096) + 8L * i, 8);
        }
        return state;
    }

    @Test
    void nothingIsDoneWhenAnAccessFaultsWhateverTheInstruction() {
        int faults = 0;
        for (CaseFile file : CaseFile.all()) {
            for (CaseFile.Form form : file.forms()) {
                AddressSpace memory = memory();
                memory.load(CpuState.TEXT, form.bytes().toArray());
                Interpreter interpreter = new Interpreter(memory);
                Random random = new Random(form.bytes().low());
                for (int round = 0; round < ROUNDS; round++) {
                    faults += faultsAndLeavesNothing(form, interpreter, random) ? 1 : 0;
                }
            }
        }
        assertTrue(faults > 10_000, "only " + faults + " faults");
    }

    private static boolean faultsAndLeavesNothing(CaseFile.Form form, Interpreter interpreter, Random random) {
        Core core = interpreter.core();
        for (int register = 0; register < 16; register++) {
            core.setRegister(register, PAGE + random.nextInt(5) * 4096L - random.nextInt(24));
        }
        core.flags().setValue(random.nextLong() & CpuState.FLAGS);
        core.setGsBase(random.nextInt(16));
        core.setRip(CpuState.TEXT);
        core.setTrap(Core.NO_TRAP);
        core.setHalted(false);
        long[] before = state(core, core.memory());
        try {
            interpreter.run(1, 0);
            return false;
        } catch (GuestFault fault) {
            assertArrayEquals(before, state(core, core.memory()), form + ": " + fault.toString());
            return true;
        } catch (NotModelled popThatSetsTf) {
            return false;
        }
    }

    private static GuestFault runAtPageEnd(AddressSpace memory, Interpreter interpreter, int bytesBefore, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        long start = CpuState.TEXT + 4096 - (CpuState.TEXT & 4095) - bytesBefore;
        memory.load(start, java.util.Arrays.copyOf(bytes, bytesBefore));
        interpreter.core().setRip(start);
        GuestFault fault = assertThrows(GuestFault.class, () -> interpreter.run(1, 0));
        assertEquals(start, interpreter.core().rip());
        return fault;
    }

    @Test
    void anInstructionThatCrossesIntoAPageThatCannotBeExecutedFaultsThere() {
        long secondPage = (CpuState.TEXT & -4096) + 4096;
        for (int bytesBefore = 1; bytesBefore < 5; bytesBefore++) {
            AddressSpace memory = new AddressSpace();
            memory.map(CpuState.TEXT, 4096, Access.READ, Access.EXECUTE);
            Interpreter interpreter = new Interpreter(memory);
            long rax = interpreter.core().register(Core.RAX);
            GuestFault fault = runAtPageEnd(memory, interpreter, bytesBefore, "b8 11 22 33 44");
            assertEquals(GuestFault.Vector.PAGE_FAULT, fault.vector());
            assertEquals(secondPage, fault.address());
            assertTrue(fault.toString().contains("no page is mapped at"), fault.toString());
            assertEquals(rax, interpreter.core().register(Core.RAX));

            memory.map(secondPage, 4096, Access.READ, Access.WRITE);
            fault = runAtPageEnd(memory, interpreter, bytesBefore, "b8 11 22 33 44");
            assertEquals(secondPage, fault.address());
            assertTrue(fault.toString().contains("does not allow an instruction fetch"), fault.toString());

            memory.map(secondPage, 4096, Access.READ, Access.EXECUTE);
            memory.load(
                    secondPage, java.util.Arrays.copyOfRange(HexFormat.of().parseHex("b811223344"), bytesBefore, 5));
            assertEquals(1, interpreter.run(1, 0));
            assertEquals(0x44332211, interpreter.core().register(Core.RAX));
        }
    }

    @Test
    void anInstructionThatEndsWithItsPageNeedsNoSecondOne() {
        AddressSpace memory = new AddressSpace();
        memory.map(CpuState.TEXT, 4096, Access.READ, Access.EXECUTE);
        memory.map(CpuState.TEXT + 4096, 4096, Access.READ, Access.WRITE); // mapped, but no text
        memory.load(CpuState.TEXT + 0xffb, HexFormat.of().parseHex("b811223344"));
        Interpreter interpreter = new Interpreter(memory);
        interpreter.core().setRip(CpuState.TEXT + 0xffb);
        assertEquals(1, interpreter.run(1, 0));
        assertEquals(0x44332211, interpreter.core().register(Core.RAX));
        assertThrows(GuestFault.class, () -> interpreter.run(1, 0));
        assertEquals(CpuState.TEXT + 0x1000, interpreter.core().rip());
    }
}
