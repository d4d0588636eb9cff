package dev.pokesim.patcher.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.ArrayList;
import java.util.List;

/** Calls generated functions on one core in memory where everything that they must not touch faults or is compared. */
final class GeneratedTextRun {
    /** At the end of its page; the page behind is not mapped. */
    private static final long SCRATCH = 0xffff888000001000L - GeneratedText.SCRATCH_BYTES;

    private static final long PER_CPU = 0xffff888000010000L;
    private static final long STACK = 0xffff888000020000L;
    private static final long STACK_BYTES = 4096;

    /** Where RSP points in front of the call: above it is the caller's frame. */
    private static final long CALLER_RSP = STACK + STACK_BYTES / 2;

    private static final long RETURN_ADDRESS = 0xffffffff80000000L;
    private static final long FILLER = 0xa5a5_a5a5_a5a5_a5a5L;
    private static final List<Integer> CALLEE_SAVED = List.of(Core.RBX, Core.RBP, 12, 13, 14, 15);

    private final AddressSpace memory = new AddressSpace();
    private final Interpreter interpreter = new Interpreter(memory);
    private final long garbage;

    /** @param result RAX @param scratch the area afterwards @param statistics the area afterwards, counts and sums */
    record Outcome(long result, List<Long> scratch, List<Long> statistics, long instructions) {
        long counted() {
            long count = 0;
            for (int i = 0; i < statistics.size(); i += 2) {
                count += statistics.get(i);
            }
            return count;
        }
    }

    /** @param garbage what registers without an argument are made of */
    GeneratedTextRun(GeneratedText text, long garbage) {
        this.garbage = garbage;
        for (Segment segment : text.load().segments()) {
            if (!segment.writable()) { // no function may touch the key
                memory.map(
                        segment.address(),
                        segment.sizeBytes(),
                        Access.READ,
                        segment.executable() ? Access.EXECUTE : Access.READ);
                memory.load(segment.address(), segment.bytes().toArray());
            }
        }
        memory.map(SCRATCH, GeneratedText.SCRATCH_BYTES, Access.READ, Access.WRITE);
        memory.map(PER_CPU, 4096, Access.READ, Access.WRITE);
        memory.map(STACK, STACK_BYTES, Access.READ, Access.WRITE);
    }

    Interpreter interpreter() {
        return interpreter;
    }

    /** Writes the text of every site for the key switched on, and redirects every call. */
    void patch(GeneratedText text) {
        text.load().sites().forEach(site -> memory.load(site.address(), whenOn(site)));
        text.callSites()
                .forEach(call -> memory.load(call.address(), call.newText().toArray()));
    }

    private static byte[] whenOn(PatchSite site) {
        byte displacement = (byte) (site.target() - site.end());
        return switch (site.kind()) {
            case NOP2 -> new byte[] {(byte) 0xeb, displacement};
            case NOP5 -> new InstructionBytes(0xe9 | site.target() - site.end() << 8, 0, 5).toArray();
            case JMP8 -> InstructionBytes.of(0x66, 0x90).toArray();
            case JMP32 -> InstructionBytes.of(0x0f, 0x1f, 0x44, 0, 0).toArray();
        };
    }

    /** Calls a function and checks that it keeps its promises to the caller. */
    Outcome call(EntryPoint entry, long argument) {
        fill(SCRATCH & -4096, 4096);
        fill(PER_CPU, 4096);
        fill(STACK, STACK_BYTES);
        SeededRandom random = SeededRandom.of(argument, "scratch");
        for (int i = 0; i < GeneratedText.SCRATCH_BYTES; i += 8) {
            memory.write(SCRATCH + i, 8, random.nextLong(), 0);
        }
        for (int i = 0; i < GeneratedText.STATISTICS_BYTES; i += 8) {
            memory.write(PER_CPU + GeneratedText.STATISTICS_OFFSET + i, 8, 0, 0);
        }
        Core core = interpreter.core();
        core.setGsBase(PER_CPU);
        for (int register = 0; register < 16; register++) {
            core.setRegister(register, garbage * register);
        }
        core.setRegister(Core.RDI, SCRATCH);
        core.setRegister(Core.RSI, argument);
        core.setRegister(Core.RSP, CALLER_RSP - 8);
        memory.write(CALLER_RSP - 8, 8, RETURN_ADDRESS, 0);
        core.setRip(entry.address());

        long instructions = interpreter.run(100, RETURN_ADDRESS);

        assertEquals(RETURN_ADDRESS, core.rip(), () -> entry + " does not return, argument " + argument);
        assertTrue(instructions < 100, () -> entry + " takes " + instructions + " instructions");
        assertEquals(CALLER_RSP, core.register(Core.RSP), "RSP");
        for (int register : CALLEE_SAVED) {
            assertEquals(garbage * register, core.register(register), () -> "register " + register);
        }
        assertUntouched(SCRATCH & -4096, 4096 - GeneratedText.SCRATCH_BYTES);
        assertUntouched(CALLER_RSP, STACK_BYTES / 2);
        assertUntouched(PER_CPU, GeneratedText.STATISTICS_OFFSET);
        int behind = GeneratedText.STATISTICS_OFFSET + GeneratedText.STATISTICS_BYTES;
        assertUntouched(PER_CPU + behind, 4096 - behind);
        return new Outcome(
                core.register(Core.RAX),
                read(SCRATCH, GeneratedText.SCRATCH_BYTES),
                read(PER_CPU + GeneratedText.STATISTICS_OFFSET, GeneratedText.STATISTICS_BYTES),
                instructions);
    }

    private void fill(long address, long sizeBytes) {
        for (long i = 0; i < sizeBytes; i += 8) {
            memory.write(address + i, 8, FILLER, 0);
        }
    }

    private void assertUntouched(long address, long sizeBytes) {
        for (long i = 0; i < sizeBytes; i += 8) {
            assertEquals(FILLER, memory.read(address + i, 8), "memory that is the caller's");
        }
    }

    private List<Long> read(long address, int sizeBytes) {
        List<Long> values = new ArrayList<>();
        for (int i = 0; i < sizeBytes; i += 8) {
            values.add(memory.read(address + i, 8));
        }
        return values;
    }
}
