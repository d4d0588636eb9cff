package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.AddressOf;

/** Where the emulated kernel keeps its data. Addresses are of our choosing; what shares a cache line is not. */
public final class KernelMemory {
    /** How many map values with a timer there may be. */
    public static final int SLOTS = 256;
    /** How many programs. */
    public static final int PROGRAMS = 16;

    private static final long DATA = 0xffffffff8d000000L;
    private static final int LINE = 64;
    /** Distance of map values; their pointers lie at multiples of it. */
    public static final int SLOT_SIZE_BYTES = LINE;

    private static final long PROGRAM_DATA = DATA + SLOTS * LINE;
    /** Offset of the work that frees a program, and of whether its loader holds no reference. */
    public static final int PROGRAM_WORK = 16;

    public static final int WITHOUT_LOADER = 4;
    /** How many users the map has. */
    public static final long MAP_USERS = PROGRAM_DATA + PROGRAMS * LINE;

    private static final long DATA_SIZE_BYTES = (SLOTS + PROGRAMS + 1) * LINE;

    /** What {@link Rcu} keeps. */
    static final long RCU = DATA + 0x10000;

    static final int RCU_SIZE_BYTES = 0x10000;
    /** A byte for each object of the {@link NolockAllocator}. */
    static final long SHADOW = DATA + 0x20000;

    private static final int SHADOW_SIZE_BYTES = 0x10000;

    /** What {@link Workqueue} keeps. */
    static final long POOL = DATA + 0x30000;

    private static final int POOL_SIZE_BYTES = 0x1000;

    private static final long PER_CPU = 0xffff888100000000L;
    private static final long PER_CPU_STRIDE = 0x10000;
    private static final int PER_CPU_SIZE_BYTES = 0x1000;
    /** Offset of the CPU's list of raised irq_works. */
    static final int RAISED_LIST = 0;
    /** Offset of whether the CPU is in a softirq, and whether another timer interrupt has come since. */
    static final int IN_SOFTIRQ = 0x08;

    static final int SOFTIRQ_PENDING = 0x0c;
    /** Offset of the control block whose commands are being drained on this CPU. */
    public static final int ASYNC_CB_RUNNING = 0x10;
    /** Offset of how many NMIs the CPU has taken. */
    public static final int NMI_COUNT = 0x18;
    /** Offset of the timer whose callback runs on the CPU: a variable of BPF's. */
    public static final int HRTIMER_RUNNING = 0x20;
    /** Offset of what BPF's spin locks remember of the interrupt flag: one for all locks of the CPU. */
    public static final int IRQSAVE_FLAGS = 0x28;
    /** Offset of the CPU's hrtimer base: other CPUs touch it, too. */
    static final int HRTIMER_BASE = 0x40;

    private static final int OWN_SIZE_BYTES = HRTIMER_BASE;
    private static final int STACK_TOP = 0x5000;
    private static final int STACK_SIZE_BYTES = 0x2000;

    private KernelMemory() {}

    /** The pointer to a control block inside map value {@code number}: {@code bpf_async_kern.cb}. */
    public static long slot(int number) {
        return DATA + (long) number * LINE;
    }

    /** The reference count of program {@code number}, from 1 on: also what a pointer to the program is. */
    public static long program(int number) {
        return PROGRAM_DATA + (long) (number - 1) * LINE;
    }

    static long perCpu(int core) {
        return PER_CPU + core * PER_CPU_STRIDE;
    }

    /** Whose per-CPU area an address lies in. */
    static int coreOf(long address) {
        return (int) ((address - PER_CPU) / PER_CPU_STRIDE);
    }

    static boolean isPerCpu(long address) {
        return Address.isWithin(address, PER_CPU, 4096 * PER_CPU_STRIDE);
    }

    /** Whether an address is that of some map value's pointer. */
    public static boolean isSlot(long address) {
        return Address.isWithin(address, DATA, SLOTS * LINE);
    }

    /** A field of the executing core's per-CPU data. */
    public static AddressOf ofThisCpu(int offset) {
        return core -> core.gsBase() + offset;
    }

    /** A field of the structure that a variable points to. */
    public static AddressOf field(int pointer, int offset) {
        return core -> core.file()[pointer] + offset;
    }

    /** A fixed address. */
    public static AddressOf at(long address) {
        return core -> address;
    }

    /**
     * Which core alone touches an address: its stack, and per-CPU data that no other CPU is interested in.
     *
     * @param cores of the machine
     * @return its number, or -1
     */
    public static int owner(long address, int cores) {
        if (!Address.isWithin(address, PER_CPU, cores * PER_CPU_STRIDE)) {
            return -1;
        }
        int core = coreOf(address);
        long offset = address - perCpu(core);
        return offset < OWN_SIZE_BYTES || offset >= STACK_TOP - STACK_SIZE_BYTES ? core : -1;
    }

    /** Maps everything, for a run in which no memory is handed out twice. */
    public static void map(AddressSpace memory, int cores) {
        mapFixed(memory, cores);
        NolockAllocator.map(memory);
    }

    /** As {@link #map}, with room for a run as long as one likes: memory is handed out again, at another address. */
    public static void mapForReuse(AddressSpace memory, int cores) {
        mapFixed(memory, cores);
        NolockAllocator.mapForReuse(memory);
    }

    private static void mapFixed(AddressSpace memory, int cores) {
        memory.map(DATA, DATA_SIZE_BYTES, Access.READ, Access.WRITE);
        memory.map(RCU, RCU_SIZE_BYTES, Access.READ, Access.WRITE);
        Rcu.setUp(memory, cores);
        memory.map(POOL, POOL_SIZE_BYTES, Access.READ, Access.WRITE);
        memory.map(SHADOW, SHADOW_SIZE_BYTES, Access.READ, Access.WRITE);
        for (int core = 0; core < cores; core++) {
            memory.map(perCpu(core), PER_CPU_SIZE_BYTES, Access.READ, Access.WRITE);
            memory.map(perCpu(core) + STACK_TOP - STACK_SIZE_BYTES, STACK_SIZE_BYTES, Access.READ, Access.WRITE);
        }
    }

    /** Gives a core its per-CPU area and stack. */
    public static void prepare(Core core) {
        core.setGsBase(perCpu(core.id()));
        core.setRegister(Core.RSP, perCpu(core.id()) + STACK_TOP);
    }
}
