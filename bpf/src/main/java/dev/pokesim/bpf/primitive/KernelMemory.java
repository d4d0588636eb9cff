package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.AddressOf;
import dev.pokesim.patcher.kernel.KernelLayout;

/**
 * Where the emulated kernel keeps its data. Addresses are of our choosing; what shares a cache line is not. Per-CPU areas and stacks
 * are those that text patching has: one machine can do both.
 */
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

    /** Offset of the CPU's list of raised irq_works, from GS base as the others. */
    static final int RAISED_LIST = KernelLayout.OTHERS_DATA;
    /** Offset of whether the CPU is in a softirq, and whether another timer interrupt has come since. */
    static final int IN_SOFTIRQ = RAISED_LIST + 0x08;

    static final int SOFTIRQ_PENDING = RAISED_LIST + 0x0c;
    /** Offset of the control block whose commands are being drained on this CPU. */
    public static final int ASYNC_CB_RUNNING = RAISED_LIST + 0x10;
    /** Offset of how many NMIs the CPU has taken. */
    public static final int NMI_COUNT = RAISED_LIST + 0x18;
    /** Offset of the timer whose callback runs on the CPU: a variable of BPF's. */
    public static final int HRTIMER_RUNNING = RAISED_LIST + 0x20;
    /** Offset of what BPF's spin locks remember of the interrupt flag: one for all locks of the CPU. */
    public static final int IRQSAVE_FLAGS = RAISED_LIST + 0x28;
    /** Offset of whether the CPU is in NMI: {@link NmiState}. */
    static final int NMI_STATE = RAISED_LIST + 0x30;
    /** Offset of the CPU's hrtimer base: other CPUs touch it, too. */
    static final int HRTIMER_BASE = RAISED_LIST + 0x40;

    private KernelMemory() {}

    /** The pointer to a control block inside map value {@code number}: {@code bpf_async_kern.cb}. */
    public static long slot(int number) {
        return DATA + (long) number * LINE;
    }

    /** The reference count of program {@code number}, from 1 on: also what a pointer to the program is. */
    public static long program(int number) {
        return PROGRAM_DATA + (long) (number - 1) * LINE;
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
        if (!KernelLayout.isPerCpu(address, cores)) {
            return -1;
        }
        int core = KernelLayout.coreOf(address);
        long offset = address - KernelLayout.perCpu(core);
        boolean isShared =
                offset >= HRTIMER_BASE && offset < KernelLayout.OTHERS_DATA + KernelLayout.OTHERS_DATA_SIZE_BYTES;
        return isShared ? -1 : core;
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
            KernelLayout.mapPerCpu(memory, core);
        }
    }
}
