package dev.pokesim.emulator.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.isa.NotModelled;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.microop.MicroOp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The machine with one active core and the interpreter do the same, instruction by instruction: random programs of all forms in
 * the case files, with branches, faults and stores into themselves; the machine's stores reach memory late.
 */
class MachineAgreesWithInterpreterTest {
    private static final int PROGRAMS = 150;
    private static final int STEPS = 120;
    /** Instructions that a run over blocks may take. */
    private static final int LONG_RUN = 150;

    private static final long TEXT = 0x1000_1000L;
    private static final int TEXT_BYTES = 4096;
    private static final long DATA = 0x2000_0000L;
    private static final long STACK = 0x3000_0000L;
    private static final int WINDOW_BYTES = 8192;
    private static final List<byte[]> FORMS = forms();

    /** What happened in one step besides changes of state, and how often. */
    private int faults;

    private int ownTextWritten;

    private static List<byte[]> forms() {
        Path directory =
                Path.of(System.getProperty("pokesim.testdata", "../testdata")).resolve("instructions");
        List<byte[]> forms = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.sorted().toList()) {
                for (String line : Files.readAllLines(file)) {
                    if (line.matches("[0-9a-f]{2}[ ;].*") && line.contains(";")) {
                        forms.add(HexFormat.of()
                                .parseHex(line.substring(0, line.indexOf(';')).replace(" ", "")));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return forms;
    }

    @ParameterizedTest
    @EnumSource(FetchMode.class)
    void stateByState(FetchMode mode) {
        for (int seed = 0; seed < PROGRAMS; seed++) {
            compare(mode, seed);
        }
        assertTrue(faults > 100, "faults " + faults);
        assertTrue(ownTextWritten > 100, "stores into the program " + ownTextWritten);
    }

    /**
     * What {@link #stateByState} compares is one instruction at a time; a long run goes over whole blocks.
     *
     * @param hotAfter executions after which a block is fused: at once, in the middle of a run, never
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 2, Integer.MAX_VALUE})
    void aLongRunEndsAsSingleInstructionsDo(int hotAfter) {
        int blocksChanged = 0;
        long instructions = 0;
        for (int seed = 0; seed < 10 * PROGRAMS; seed++) {
            SeededRandom random = SeededRandom.of(seed, "blocks");
            byte[] program = programWithJumps(random);
            Interpreter many = new Interpreter(memory(program), hotAfter);
            Interpreter single = new Interpreter(memory(program));
            for (int round = 0; round < 4; round++) {
                long start = TEXT + random.nextInt(40);
                for (int register = 0; register < 16; register++) {
                    boolean aims = register == Core.RBX && random.nextInt(2) == 0; // at what comes soon
                    long value = aims ? start + random.nextInt(60) : value(random, register);
                    many.core().setRegister(register, value);
                    single.core().setRegister(register, value);
                }
                many.core().setRip(start);
                single.core().setRip(start);
                String what = "seed " + seed + ", round " + round;
                long before = textHash(many);
                long retiredBefore = many.core().retired();
                long done = 0;
                String event;
                try {
                    done = many.run(LONG_RUN, -1);
                    event = event(many.core());
                } catch (GuestFault fault) {
                    event = reason(fault);
                } catch (NotModelled refusal) {
                    event = reason(refusal);
                }
                String last = "";
                for (long i = 0; last.isEmpty() && i < (event.isEmpty() || done > 0 ? done : LONG_RUN); i++) {
                    last = interpret(single);
                }
                assertEquals(event, last, what);
                compareStates(many.core(), single.core(), what);
                assertEquals(textHash(single), textHash(many), what);
                instructions += many.core().retired() - retiredBefore;
                blocksChanged += textHash(many) == before ? 0 : 1;
                faults += event.startsWith("#") ? 1 : 0;
                for (Interpreter one : List.of(many, single)) {
                    one.core().setTrap(Core.NO_TRAP);
                    one.core().setHalted(false);
                }
            }
        }
        assertTrue(faults > 1000, "faults " + faults);
        assertTrue(blocksChanged > 500, "runs that changed the program: " + blocksChanged);
        assertTrue(instructions > 20_000, "instructions " + instructions);
    }

    /** Instructions that seldom fault, jumps forwards of both kinds among them, stores into the program, and a jump back. */
    private static byte[] programWithJumps(SeededRandom random) {
        byte[] program = new byte[400];
        int size = 0;
        while (size < 360) {
            byte[] form = switch (random.nextInt(16)) {
                case 0, 1 -> new byte[] {(byte) 0xeb, (byte) random.nextInt(12)};
                case 2, 3, 4, 5 -> new byte[] {(byte) (0x70 + random.nextInt(16)), (byte) random.nextInt(24)};
                case 6, 7 -> new byte[] {(byte) 0x88, (byte) (3 + 8 * random.nextInt(4))}; // mov [rbx],al to bl
                case 8 -> FORMS.get(random.nextInt(FORMS.size()));
                case 9 -> new byte[] {0x48, (byte) 0xff, (byte) (0xc0 + random.nextInt(8))}; // inc
                default -> new byte[] {0x48, 0x01, (byte) (0xc0 + random.nextInt(64))}; // add
            };
            System.arraycopy(form, 0, program, size, form.length);
            size += form.length;
        }
        program[size] = (byte) 0xe9;
        int back = -size - 5;
        for (int i = 0; i < 4; i++) {
            program[size + 1 + i] = (byte) (back >> 8 * i);
        }
        return program;
    }

    @Test
    void formsAreMany() {
        assertTrue(FORMS.size() > 1000, FORMS.size() + " forms");
    }

    private static AddressSpace memory(byte[] program) {
        AddressSpace memory = new AddressSpace();
        memory.map(TEXT, TEXT_BYTES, Access.READ, Access.WRITE, Access.EXECUTE);
        memory.map(DATA, WINDOW_BYTES, Access.READ, Access.WRITE);
        memory.map(STACK, WINDOW_BYTES, Access.READ, Access.WRITE);
        memory.load(TEXT, program);
        return memory;
    }

    private void compare(FetchMode mode, int seed) {
        SeededRandom random = SeededRandom.of(seed, "program");
        List<Long> starts = new ArrayList<>();
        byte[] program = program(random, starts);
        Interpreter interpreter = new Interpreter(memory(program));
        Machine machine = new Machine(memory(program), 2, mode, new SeededRandom(seed));
        Core one = interpreter.core();
        Core other = machine.core(0);
        long rip = TEXT;
        for (int step = 0; step < STEPS; step++) {
            if (step % 6 == 0) {
                for (int register = 0; register < 16; register++) {
                    long value = value(random, register);
                    one.setRegister(register, value);
                    other.setRegister(register, value);
                }
            }
            one.setRip(rip);
            other.setRip(rip);
            String what = "seed " + seed + ", step " + step + ", at 0x" + Long.toHexString(rip) + ", bytes "
                    + bytes(interpreter, rip);
            long before = textHash(interpreter);
            String event = interpret(interpreter);
            ownTextWritten += textHash(interpreter) == before ? 0 : 1;
            assertEquals(event, machineStep(machine, other, random), what);
            compareStates(one, other, what);
            faults += event.startsWith("#") ? 1 : 0;
            rip = one.rip();
            if (!event.isEmpty() || rip < TEXT || rip >= TEXT + program.length) {
                one.setTrap(Core.NO_TRAP);
                one.setHalted(false);
                other.setTrap(Core.NO_TRAP);
                other.setHalted(false);
                rip = starts.get(random.nextInt(starts.size()));
            }
        }
        StoreBuffer buffer = Objects.requireNonNull(other.storeBuffer());
        while (!buffer.isEmpty()) {
            machine.drain(other);
        }
        for (long window : new long[] {TEXT, DATA, STACK}) {
            for (int i = 0; i < (window == TEXT ? TEXT_BYTES : WINDOW_BYTES); i += 8) {
                assertEquals(one.memory().read(window + i, 8), other.memory().read(window + i, 8), "seed " + seed);
            }
        }
    }

    private static byte[] program(SeededRandom random, List<Long> starts) {
        byte[] program = new byte[400];
        int size = 0;
        while (true) {
            byte[] form = FORMS.get(random.nextInt(FORMS.size()));
            if (size + form.length > program.length) {
                return program;
            }
            starts.add(TEXT + size);
            System.arraycopy(form, 0, program, size, form.length);
            size += form.length;
        }
    }

    private static long value(SeededRandom random, int register) {
        return switch (register == Core.RSP ? 1 : random.nextInt(8)) {
            case 0 -> random.nextLong();
            case 1 -> STACK + 4096 + (register == Core.RSP ? 8 * random.nextInt(64) : random.nextInt(512));
            case 2 -> TEXT + random.nextInt(400);
            case 3 -> random.nextInt(100) - 50;
            default -> DATA + 4096 + random.nextInt(512) - 256;
        };
    }

    private static String bytes(Interpreter interpreter, long rip) {
        StringBuilder text = new StringBuilder();
        for (long at = rip; at < Math.min(rip + 15, TEXT + TEXT_BYTES); at++) {
            text.append("%02x ".formatted(interpreter.core().memory().read(at, 1)));
        }
        return text.toString();
    }

    private static long textHash(Interpreter interpreter) {
        long hash = 0;
        for (int i = 0; i < 400; i += 8) {
            hash = hash * 31 + interpreter.core().memory().read(TEXT + i, 8);
        }
        return hash;
    }

    /** What the processor or the emulator says, without where: how many bytes belong to an unknown opcode is anybody's guess. */
    private static String reason(RuntimeException failure) {
        String text = failure.toString();
        int refusal = text.indexOf("is not modelled");
        return refusal >= 0
                ? text.substring(refusal)
                : text.replaceFirst(".*?: (#.*)", "$1").replaceFirst("; bytes .*", "");
    }

    private static String event(Core core) {
        return core.trap() != Core.NO_TRAP ? "trap " + core.trap() : core.isHalted() ? "halted" : "";
    }

    private static String interpret(Interpreter interpreter) {
        try {
            interpreter.run(1, -1);
            return event(interpreter.core());
        } catch (GuestFault fault) {
            return reason(fault);
        } catch (NotModelled refusal) {
            interpreter.core().abandon();
            return reason(refusal);
        }
    }

    /** One instruction; the store buffer drains when it likes. */
    private static String machineStep(Machine machine, Core core, SeededRandom random) {
        StoreBuffer buffer = Objects.requireNonNull(core.storeBuffer());
        try {
            do {
                MicroOp next = machine.next(core);
                while (!buffer.isEmpty() && (next.drainsStores() || buffer.count() > 50 || random.nextInt(8) == 0)) {
                    machine.drain(core);
                }
                machine.perform(core, next);
            } while (!core.isAtInstructionBoundary());
            return event(core);
        } catch (GuestCrash crash) {
            core.abandon();
            return reason(crash);
        }
    }

    private static void compareStates(Core one, Core other, String what) {
        for (int register = 0; register < 16; register++) {
            assertEquals(
                    Long.toHexString(one.register(register)),
                    Long.toHexString(other.register(register)),
                    () -> what + ": a register");
        }
        assertEquals(one.rip(), other.rip(), what);
        assertEquals(one.flags().value(), other.flags().value(), what);
        assertEquals(one.retired(), other.retired(), what);
        assertEquals(one.gsBase(), other.gsBase(), what);
        assertEquals(one.fsBase(), other.fsBase(), what);
        assertEquals(one.kernelGsBase(), other.kernelGsBase(), what);
        assertEquals(one.isInInterruptShadow(), other.isInInterruptShadow(), what);
        for (long window : new long[] {TEXT, DATA + 3584, STACK + 3584}) {
            for (int i = 0; i < 1536; i += 8) {
                if (one.load(window + i, 8) != other.load(window + i, 8)) {
                    assertEquals(
                            one.load(window + i, 8),
                            other.load(window + i, 8),
                            what + ": memory at 0x" + Long.toHexString(window + i));
                }
            }
        }
    }
}
