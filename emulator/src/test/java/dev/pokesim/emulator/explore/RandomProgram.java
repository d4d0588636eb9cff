package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.Halt;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;

/**
 * Two cores with a few random instructions each over two cache lines; some of them store into the other core's text, and an IPI
 * or an NMI may come.
 */
final class RandomProgram implements Model.Source {
    static final int VECTOR = 0x40;

    private static final long TEXT = 0xffffffff81000000L;
    private static final long ALIAS = 0xffffc90000000000L;
    private static final long X = 0xffff888000000000L;
    private static final long Y = X + 64;
    private static final long STACK = X + 4096;

    /** RSI is x, RDI is y, RBX an operand byte of the other core's text, RDX one of its own, RBP the own stack. */
    private static final List<String> PLAIN = List.of(
            "c7 06 01 00 00 00", // mov dword [rsi],1
            "c7 07 02 00 00 00", // mov dword [rdi],2
            "8b 06", // mov eax,[rsi]
            "8b 0f", // mov ecx,[rdi]
            "89 0e", // mov [rsi],ecx
            "01 c8", // add eax,ecx
            "ff 06", // inc dword [rsi]
            "50"); // push rax

    private static final List<String> ORDERING = List.of(
            "f0 ff 06", // lock inc dword [rsi]
            "87 07", // xchg [rdi],eax
            "0f ae f0", // mfence
            "0f 01 e8"); // serialize

    private static final List<String> TEXT_STORES = List.of(
            "c6 03 22", // mov byte [rbx],0x22
            "c6 02 33", // mov byte [rdx],0x33
            "c6 03 44");

    /** What all programs have: an instruction with an operand that may be overwritten. */
    private static final String VICTIM = "b4 11"; // mov ah,0x11

    private final long seed;
    private final FetchMode mode;
    private final List<byte[]> programs = new ArrayList<>();
    private final long[] operands = new long[2];
    private final boolean storesText;
    private final boolean usesIpi;
    private final int nmiCore;
    private final int routineSteps;

    RandomProgram(long seed) {
        this.seed = seed;
        Random random = new Random(seed);
        mode = FetchMode.values()[
                random.nextInt(FetchMode.values().length - 1)]; // ERRATUM raises #GP: nobody handles it
        storesText = random.nextInt(3) == 0;
        int interrupt = random.nextInt(4);
        usesIpi = interrupt == 0;
        nmiCore = interrupt == 1 ? random.nextInt(2) : -1;
        routineSteps = random.nextInt(8);
        for (int core = 0; core < 2; core++) {
            int count = 1 + random.nextInt(usesIpi || nmiCore >= 0 ? 2 : 3);
            int victim = random.nextInt(count + 1);
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int i = 0; i <= count; i++) {
                if (i == victim) {
                    operands[core] = text(core) + bytes.size() + 1;
                    bytes.writeBytes(hex(VICTIM));
                }
                if (i < count) {
                    bytes.writeBytes(hex(instruction(random)));
                }
            }
            programs.add(bytes.toByteArray());
        }
    }

    private String instruction(Random random) {
        int kind = random.nextInt(storesText ? 6 : 4);
        List<String> from = kind == 0 ? ORDERING : kind < 4 ? PLAIN : TEXT_STORES;
        return from.get(random.nextInt(from.size()));
    }

    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text.replace(" ", ""));
    }

    private static long text(int core) {
        return TEXT + 256L * core;
    }

    @Override
    public Model start(Chooser staleBytes) {
        AddressSpace memory = new AddressSpace();
        memory.map(TEXT, 4096, Access.READ, Access.EXECUTE);
        if (storesText) {
            memory.map(TEXT, 4096, Access.WRITE);
            memory.alias(ALIAS, TEXT, Access.READ, Access.WRITE);
        }
        memory.map(X, 8192, Access.READ, Access.WRITE);
        Machine machine = new Machine(memory, 2, mode, staleBytes);
        machine.handle(VECTOR, handler("interrupt", X));
        machine.handle(Machine.NMI, handler("nmi", Y));
        Routine sender = sender();
        for (int id = 0; id < 2; id++) {
            memory.load(text(id), programs.get(id));
            Core core = machine.core(id);
            core.setRegister(Core.RSI, X);
            core.setRegister(Core.RDI, Y);
            core.setRegister(Core.RSP, stack(id));
            core.setRegister(Core.RBX, operands[1 - id] - (seed % 2 == 0 ? 0 : TEXT - ALIAS));
            core.setRegister(Core.RDX, operands[id]);
            core.setRip(text(id));
            core.flags().setValue(usesIpi ? Routine.FLAGS_INTERRUPTS_ON : 0);
        }
        if (usesIpi) {
            machine.core(0).enterRoutine(sender);
        }
        return new Model() {
            @Override
            public Machine machine() {
                return machine;
            }

            @Override
            public List<Routine> routines() {
                return List.of(sender);
            }

            @Override
            public boolean isDone(Core core) {
                return usesIpi && core.id() == 0
                        ? core.isHalted()
                        : core.isInGuest()
                                && core.isAtInstructionBoundary()
                                && core.rip() == text(core.id()) + programs.get(core.id()).length;
            }

            @Override
            public int nmis(int core) {
                return core == nmiCore ? 1 : 0;
            }

            @Override
            public int owner(long address) {
                long offset = address - STACK;
                return offset >= 0 && offset < 2048 ? (int) offset / 1024 : SHARED;
            }
        };
    }

    private static long stack(int core) {
        return STACK + 1024L * core + 512;
    }

    private static Routine handler(String name, long address) {
        Routine.Builder b = Routine.named(name);
        b.interruptEntry(0, 0);
        int value = b.local();
        b.load("load", value, core -> address, 4, 0)
                .compute("+ 4", (core, local) -> local[value] += 4)
                .store("store", core -> address, 4, value);
        if (name.equals("interrupt")) {
            b.act("take", (core, local) -> core.bus().takeCalls(core))
                    .serialise()
                    .act("answer", (core, local) -> core.bus().answerCalls(core));
        }
        return b.interruptReturn(0).build();
    }

    /** Core 0 as a routine: some accesses around an IPI to core 1. */
    private Routine sender() {
        Routine.Builder b = Routine.named("sender");
        int value = b.local();
        b.compute("begin", (core, local) -> local[value] = 8);
        if ((routineSteps & 1) != 0) {
            b.store("x", core -> X, 4, value);
        }
        b.sendIpi(VECTOR, (core, local) -> 1);
        if ((routineSteps & 2) != 0) {
            b.load("y", value, core -> Y, 4, 0).compute("+ 1", (core, local) -> local[value]++);
        }
        if ((routineSteps & 4) != 0) {
            b.awaitAnswers();
        }
        return b.store("y", core -> Y, 4, value)
                .fence()
                .label("end")
                .then(new Halt())
                .jump("end")
                .build();
    }

    /** Everything of a final state that a program could find out. */
    static String observe(Machine machine) {
        StringBuilder text = new StringBuilder();
        for (int id = 0; id < 2; id++) {
            Core core = machine.core(id);
            for (int register = 0; register < 16; register++) {
                text.append(Long.toHexString(core.register(register))).append(' ');
            }
            text.append(core.flags().value()).append(' ').append(core.rip()).append('\n');
            for (int offset = 0; offset < 256; offset += 8) {
                text.append(machine.memory().read(stack(id) - 256 + offset, 8)).append(' ');
            }
            for (int offset = 0; offset < 64; offset += 8) {
                text.append(machine.memory().read(text(id) + offset, 8)).append(' ');
            }
        }
        return text.append(machine.memory().read(X, 8))
                .append(' ')
                .append(machine.memory().read(Y, 8))
                .toString();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("seed " + seed + ", " + mode);
        text.append(usesIpi ? ", ipi " + routineSteps : "").append(nmiCore >= 0 ? ", nmi at core " + nmiCore : "");
        for (byte[] program : programs) {
            text.append(", ").append(HexFormat.ofDelimiter(" ").formatHex(program));
        }
        return text.toString();
    }
}
