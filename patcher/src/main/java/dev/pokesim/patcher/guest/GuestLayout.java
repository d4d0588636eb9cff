package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.coherence.Topology;
import dev.pokesim.emulator.memory.Address;

/** Where the guest kernel finds what the boot code of a real machine would have given it. Addresses are of our choosing. */
final class GuestLayout {
    private static final long PER_CPU = 0xffff888000000000L;
    private static final long PER_CPU_STRIDE = 0x100000;
    private static final long TASKS = 0xffff889000000000L;
    private static final long TASK_STRIDE = 0x10000;
    private static final long STACKS = 0xffffc90000000000L;
    private static final long STACK_STRIDE = 0x10000;

    /** Zeroed memory for a task_struct, of which the kernel uses the first 12 KiB at most. */
    static final int TASK_BYTES = 0x4000;

    /** THREAD_SIZE. */
    static final int STACK_BYTES = 0x4000;

    /** The most that a static per-CPU area may have: the rest is for what is allocated at run time. */
    static final int MAX_PER_CPU_BYTES = 0xf0000;

    /** What is allocated at run time, as an offset in a core's per-CPU area. */
    static final int PER_CPU_DYNAMIC = MAX_PER_CPU_BYTES;

    static final int PER_CPU_DYNAMIC_BYTES = 0x1000;

    /** How much of a stack patcher and handler use at most, about. */
    static final int STACK_USED = 0x800;

    /** A program's data and, in the page behind, its code. */
    static final long PROGRAM = 0xffff88a000000000L;

    static final long PROGRAM_CODE = PROGRAM + 0x1000;

    /** What {@link #coreOf} says of memory that belongs to all. */
    static final int NO_CORE = -1;

    private GuestLayout() {}

    /** The first byte of a core's copy of the per-CPU area. */
    static long perCpu(int core) {
        return PER_CPU + core * PER_CPU_STRIDE;
    }

    /** The task that runs on a core. */
    static long task(int core) {
        return TASKS + core * TASK_STRIDE;
    }

    /** Room at the top of a stack for the arguments that a function takes there: bpf_trace_run12() has seven. */
    static final int STACK_ARGUMENTS = 64;

    /** The first address behind a core's stack. */
    static long stackTop(int core) {
        return STACKS + (core + 1) * STACK_STRIDE;
    }

    /** The core whose per-CPU area, task or stack an address lies in; {@link #NO_CORE} if in none. */
    static int coreOf(long address) {
        return Address.isWithin(address, PER_CPU, TASKS - PER_CPU)
                ? (int) ((address - PER_CPU) / PER_CPU_STRIDE)
                : Address.isWithin(address, TASKS, PROGRAM - TASKS)
                        ? (int) ((address - TASKS) / TASK_STRIDE)
                        : Address.isWithin(address, STACKS, STACK_STRIDE * Topology.MAX_CORES)
                                ? (int) ((address - STACKS) / STACK_STRIDE)
                                : NO_CORE;
    }
}
