package dev.pokesim.emulator.isa;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Interpreter;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random bytes, seeded: half of them anything, half of them prefixes and an opcode that somebody claims. */
class DecoderFuzzTest {
    private static final int STRINGS = 1_000_000;
    private static final int EXECUTED = 200_000;
    private static final long ADDRESS = 0xffffffff81000ff8L;
    private static final int[] PREFIXES = {
        0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x40, 0x41, 0x44, 0x48, 0x49, 0x4c, 0x4f
    };

    static byte[] randomBytes(Random random) {
        byte[] bytes = new byte[InstructionBytes.MAX_SIZE_BYTES];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            int at = 0;
            while (random.nextInt(3) == 0 && at < 10) {
                bytes[at++] = (byte) PREFIXES[random.nextInt(PREFIXES.length)];
            }
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = 0x0f;
                case 1 -> {
                    bytes[at] = 0x0f;
                    bytes[at + 1] = (byte) (random.nextBoolean() ? 0xae : 0x01);
                }
                default -> {}
            }
        }
        return bytes;
    }

    @Test
    void everyStringIsAnInstructionAFaultOrNotModelled() {
        Random random = new Random(41);
        Decoder decoder = new Decoder();
        int decodable = 0;
        for (int i = 0; i < STRINGS; i++) {
            InstructionBytes bytes = InstructionBytes.of(randomBytes(random), 0, InstructionBytes.MAX_SIZE_BYTES);
            try {
                Decoded decoded = decoder.decode(bytes, ADDRESS);
                decodable++;
                check(decoder, bytes, decoded, random);
            } catch (GuestFault | NotModelled expected) {
                assertTrue(
                        expected.getMessage() != null && !expected.getMessage().isEmpty());
            } catch (RuntimeException bug) {
                fail(bytes + " in iteration " + i, bug);
            }
        }
        assertTrue(decodable > STRINGS / 3, "only " + decodable + " could be decoded");
    }

    private static void check(Decoder decoder, InstructionBytes bytes, Decoded decoded, Random random) {
        int size = decoded.bytes().sizeBytes();
        assertTrue(size >= 1 && size <= InstructionBytes.MAX_SIZE_BYTES);
        assertEquals(bytes.prefix(size), decoded.bytes());
        assertEquals(ADDRESS + size, decoded.next());
        // it depends on its own bytes only
        Decoded again = decoder.decode(bytes.prefix(size), ADDRESS);
        assertEquals(decoded.bytes(), again.bytes());
        assertEquals(decoded.name(), again.name());
        // and on all of them: with fewer it asks for more, which is how a fetch finds out how many it needs
        int fewer = random.nextInt(size);
        GuestFault fault = assertThrows(
                GuestFault.class, () -> decoder.decode(bytes.prefix(fewer), ADDRESS), () -> bytes + ", " + fewer);
        assertEquals(GuestFault.Vector.PAGE_FAULT, fault.vector());
        assertEquals(ADDRESS + fewer, fault.address());
    }

    @Test
    void executingThemEndsInANextInstructionAFaultOrNotModelled() {
        Random random = new Random(42);
        AddressSpace memory = new AddressSpace();
        long text = 0x10000;
        memory.map(text, 4096, Access.READ, Access.EXECUTE);
        memory.map(0x20000, 8192, Access.READ, Access.WRITE);
        Interpreter interpreter = new Interpreter(memory);
        Core core = interpreter.core();
        long executed = 0;
        for (int i = 0; i < EXECUTED; i++) {
            byte[] bytes = randomBytes(random);
            memory.load(text, bytes);
            for (int register = 0; register < 16; register++) {
                core.setRegister(register, random.nextInt(4) == 0 ? random.nextLong() : 0x20000 + random.nextInt(8192));
            }
            core.flags().setValue(random.nextLong());
            core.setRip(text);
            core.setTrap(Core.NO_TRAP);
            core.setHalted(false);
            try {
                executed += interpreter.run(1, 0);
            } catch (GuestFault | NotModelled expected) {
                assertEquals(text, core.rip());
            } catch (RuntimeException bug) {
                fail(InstructionBytes.of(bytes, 0, bytes.length) + " in iteration " + i, bug);
            }
        }
        assertTrue(executed > EXECUTED / 10, "only " + executed + " were executed");
    }
}
