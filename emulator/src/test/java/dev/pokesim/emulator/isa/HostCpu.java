package dev.pokesim.emulator.isa;

import com.kenai.jffi.Function;
import com.kenai.jffi.HeapInvocationBuffer;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import dev.pokesim.emulator.core.Rflags;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Executes one instruction on the processor that the tests run on: all 16 registers and the flags are loaded, it runs, they
 * are stored. Text, data and stack are mapped at the addresses of {@link CpuState}, all below 2 GiB, so the code around the
 * instruction needs no register of its own.
 *
 * <p>A fault would end the JVM: the caller must not send an instruction that raises one.
 */
final class HostCpu {
    private static final long STUB = CpuState.TEXT - 0x1000;
    private static final long EPILOGUE = STUB + 0x400;
    private static final long STATE = STUB + 0x3000;
    private static final long FLAGS_IN = STATE + 16 * 8;
    private static final long OUT = STATE + 0x100;
    private static final long FLAGS_OUT = OUT + 16 * 8;
    private static final long LANDED_AT = STATE + 0x200;
    private static final long HOST_RSP = STATE + 0x208;
    /** Room below the scratch stack for a signal handler of the JVM that comes between. */
    private static final int SIGNAL_ROOM_BYTES = 0x10000;

    private final MemoryIO memory;
    private final Function stub;
    private final Set<String> features;
    private final HeapInvocationBuffer noArguments;
    private final long[] registers = new long[17];

    /** Why this host cannot be the oracle. */
    static final class Unavailable extends Exception {
        private static final long serialVersionUID = 1;

        Unavailable(String reason) {
            super(reason);
        }
    }

    /**
     * @throws Unavailable where it is not Linux on x86-64, or natives or the addresses are not to be had
     */
    HostCpu() throws Unavailable {
        String system = System.getProperty("os.name") + " on " + System.getProperty("os.arch");
        if (!system.toLowerCase(Locale.ROOT).matches("linux on (amd64|x86_64)")) {
            throw new Unavailable("this is " + system + ", not Linux on x86-64");
        }
        try {
            memory = MemoryIO.getInstance();
            features = features();
            map(STUB, 0x4000, 7);
            map(CpuState.DATA & -4096, 0x1000, 3);
            map((CpuState.STACK & -4096) - SIGNAL_ROOM_BYTES, SIGNAL_ROOM_BYTES + 0x1000, 3);
            // ARCH_SET_GS, so that a forgotten segment base shows; glibc on x86-64 uses FS only
            if (call("arch_prctl", 0x1001, CpuState.GS_BASE) != 0) {
                throw new Unavailable("arch_prctl does not set the base of GS");
            }
            writeStub();
            stub = new Function(STUB, Type.VOID);
            noArguments = new HeapInvocationBuffer(stub);
        } catch (LinkageError | IOException e) {
            throw new Unavailable("natives: " + e);
        }
    }

    private static Set<String> features() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
            if (line.startsWith("flags")) {
                return Set.copyOf(Arrays.asList(line.replaceFirst(".*:\\s*", "").split("\\s+")));
            }
        }
        return Set.of();
    }

    private static long call(String name, long... arguments) {
        Type[] types = new Type[arguments.length];
        Arrays.fill(types, Type.SLONG_LONG);
        Function function = new Function(
                Library.getCachedInstance(null, Library.LAZY | Library.GLOBAL).getSymbolAddress(name),
                Type.SLONG_LONG,
                types);
        HeapInvocationBuffer buffer = new HeapInvocationBuffer(function);
        for (long argument : arguments) {
            buffer.putLong(argument);
        }
        return Invoker.getInstance().invokeLong(function, buffer);
    }

    private static void map(long address, long sizeBytes, int protection) throws Unavailable {
        // MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE
        long got = call("mmap", address, sizeBytes, protection, 0x2 | 0x20 | 0x100000, -1, 0);
        if (got != address) {
            throw new Unavailable("0x" + Long.toHexString(address) + " is not free in this process");
        }
    }

    /** Whether it has the CPUID feature that Linux calls by that name in /proc/cpuinfo. */
    boolean has(String feature) {
        return features.contains(feature);
    }

    private static final class Code extends ByteArrayOutputStream {
        Code bytes(int... bytes) {
            for (int value : bytes) {
                write(value);
            }
            return this;
        }

        Code int32(long value) {
            return bytes((int) value, (int) value >> 8, (int) value >> 16, (int) value >> 24);
        }

        /**
         * MOV between a register and an absolute address.
         *
         * @param opcode 0x8b to load, 0x89 to store
         */
        Code move(int opcode, int register, long address) {
            return bytes(0x48 | (register >= 8 ? 4 : 0), opcode, (register & 7) << 3 | 4, 0x25)
                    .int32(address);
        }

        /** JMP from code that starts at {@code start}. */
        Code jump(long start, long target) {
            return bytes(0xe9).int32(target - (start + size() + 4));
        }
    }

    private void put(long address, Code code) {
        byte[] bytes = code.toByteArray();
        memory.putByteArray(address, bytes, 0, bytes.length);
    }

    private void writeStub() {
        Code entry = new Code();
        entry.bytes(0x53, 0x55, 0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57); // push rbx rbp r12 r13 r14 r15
        entry.move(0x89, 4, HOST_RSP);
        entry.bytes(0xff, 0x34, 0x25).int32(FLAGS_IN).bytes(0x9d); // push [flags]; popfq
        for (int register = 0; register < 16; register++) {
            entry.move(0x8b, register, STATE + 8 * register);
        }
        put(STUB, entry.jump(STUB, CpuState.TEXT));

        Code epilogue = new Code();
        for (int register = 0; register < 16; register++) {
            epilogue.move(0x89, register, OUT + 8 * register);
        }
        epilogue.move(0x8b, 4, HOST_RSP);
        epilogue.bytes(0x9c, 0x8f, 0x04, 0x25).int32(FLAGS_OUT).bytes(0xfc); // pushfq; pop [flags]; cld
        epilogue.bytes(0x41, 0x5f, 0x41, 0x5e, 0x41, 0x5d, 0x41, 0x5c, 0x5d, 0x5b, 0xc3);
        put(EPILOGUE, epilogue);
    }

    /**
     * Puts an instruction in place.
     *
     * @param landings where it may go on, besides the next instruction, each at least 16 bytes from all others
     */
    void load(InstructionBytes instruction, long... landings) {
        byte[] traps = new byte[0x200];
        Arrays.fill(traps, (byte) 0xcc);
        memory.putByteArray(CpuState.TEXT - 0x100, traps, 0, traps.length);
        memory.putByteArray(CpuState.TEXT, instruction.toArray(), 0, instruction.sizeBytes());
        land(CpuState.TEXT + instruction.sizeBytes());
        for (long landing : landings) {
            land(landing);
        }
    }

    /** Code that says where execution arrived, and ends: mov dword [landedAt], address; jmp epilogue. */
    private void land(long address) {
        Code code = new Code();
        code.bytes(0xc7, 0x04, 0x25).int32(LANDED_AT).int32(address);
        put(address, code.jump(address, EPILOGUE));
    }

    /** Runs the loaded instruction from one state to the next. */
    CpuState run(CpuState before) {
        System.arraycopy(before.registers, 0, registers, 0, 16);
        registers[16] = before.flags | Rflags.IF | Rflags.RESERVED;
        memory.putLongArray(STATE, registers, 0, 17);
        memory.putByteArray(CpuState.DATA, before.data, 0, CpuState.WINDOW_BYTES);
        memory.putByteArray(CpuState.STACK, before.stack, 0, CpuState.WINDOW_BYTES);
        Invoker.getInstance().invokeLong(stub, noArguments);
        CpuState after = new CpuState();
        memory.getLongArray(OUT, registers, 0, 17);
        System.arraycopy(registers, 0, after.registers, 0, 16);
        after.flags = registers[16] & CpuState.FLAGS;
        after.rip = memory.getLong(LANDED_AT) & 0xffff_ffffL;
        memory.getByteArray(CpuState.DATA, after.data, 0, CpuState.WINDOW_BYTES);
        memory.getByteArray(CpuState.STACK, after.stack, 0, CpuState.WINDOW_BYTES);
        return after;
    }
}
