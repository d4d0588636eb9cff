package dev.pokesim.patcher.kernel;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.microop.AddressOf;

/**
 * Where the emulated kernel keeps its data. Addresses are of our choosing; the distances that matter, which fields share a
 * cache line and what follows the array, are the kernel's.
 *
 * @param stext what entries' addresses are relative to, {@code _stext}
 * @param possibleCores cores for which the kernel has per-CPU data, whether online or not
 */
public record KernelLayout(long stext, int possibleCores) {
    /** struct text_poke_loc: address relative to _stext (s32), displacement (s32), length, opcode, 5 text bytes, old byte. */
    public static final int ENTRY_SIZE_BYTES = 16;

    public static final int ENTRY_ADDRESS = 0;
    public static final int ENTRY_DISPLACEMENT = 4;
    public static final int ENTRY_LENGTH = 8;
    public static final int ENTRY_OPCODE = 9;
    public static final int ENTRY_TEXT = 10;
    public static final int ENTRY_OLD = 15;

    /** One page of entries: TEXT_POKE_ARRAY_MAX, TP_VEC_MAX. */
    public static final int MAX_ENTRIES = 256;

    private static final long DATA = 0xffffffff8c000000L;

    /** The array of entries: {@code text_poke_array.vec}, earlier {@code tp_vec}. */
    public static final long ARRAY = DATA;
    /** How many entries are queued, directly behind the array: {@code text_poke_array.nr_entries}. */
    public static final long COUNT = ARRAY + MAX_ENTRIES * ENTRY_SIZE_BYTES;
    /** {@code bp_desc} of 2022 to 2025: vector pointer, count and reference count in 16 bytes of one line. */
    public static final long DESCRIPTOR = DATA + 0x2020;

    public static final long DESCRIPTOR_VECTOR = DESCRIPTOR;
    public static final long DESCRIPTOR_COUNT = DESCRIPTOR + 8;
    public static final long DESCRIPTOR_REFS = DESCRIPTOR + 12;
    /** {@code text_mutex}: the word that is 0 when free, else the owner's core number plus 1. */
    public static final long TEXT_MUTEX = DATA + 0x2080;

    /** Where each core's per-CPU data is: {@code __per_cpu_offset[]}, 8 bytes a core. */
    private static final long PER_CPU_OFFSETS = DATA + 0x4000;

    private static final long DATA_SIZE_BYTES = 0x3000;

    /** 1 while somebody is registered to be asked about INT3s; 2013's list of die-notifiers. */
    public static final long HANDLER = DATA + 0x2100;
    /** Where a handler of 2019 to 2022 finds the descriptor: NULL, or {@link #STACK_DESCRIPTOR}. */
    public static final long DESCRIPTOR_POINTER = DATA + 0x2108;

    private static final long MORE_DATA = DATA - 0x4000;
    /** An array with its count as {@link #ARRAY}, for patchers whose handlers know the batch before as well. */
    public static final long SECOND_ARRAY = MORE_DATA;
    /** 16 bytes an entry: the new text of a place whose bytes do not fit into the entry. */
    public static final long LONG_TEXTS = MORE_DATA + 0x2000;

    private static final long MORE_DATA_SIZE_BYTES = 0x3000;

    private static final long PER_CPU = 0xffff888000000000L;
    private static final long PER_CPU_STRIDE = 0x10000;
    /** Per-CPU data at GS base; a scratch area for the functions that the workload calls; two pages of stack. */
    private static final int PER_CPU_SIZE_BYTES = 0x1000;

    /** Below this offset of its per-CPU data the text that runs on a core may keep data of its own. */
    public static final int TEXT_DATA_SIZE_BYTES = 0x800;

    /** Offset of the word that is 1 once a core is online. */
    public static final int ONLINE = 0x870;
    /** Offset of the word that is 1 while a core's task is in the text that is patched. */
    public static final int READING = 0x874;
    /** Offset of the word that is 1 while a grace period waits for a core's task. */
    public static final int HOLDOUT = 0x878;
    /** Offset of {@code bp_refs}, {@code text_poke_array_refs} in per-CPU data. */
    public static final int REFS = 0x880;
    /**
     * Offset of the count of function-call interrupts in per-CPU data. It shares a line with {@link #REFS}: an assumption
     * about the linker's placing, which decides whether the second pass over all CPUs finds the lines where it left them.
     */
    public static final int CALL_COUNT = 0x888;
    /** From this offset of its per-CPU data on there is room for what others keep. */
    public static final int OTHERS_DATA = 0x900;

    public static final int OTHERS_DATA_SIZE_BYTES = 0x700;

    private static final int SCRATCH = 0x1000;
    private static final int STACK_TOP = 0x5000;
    private static final int STACK_SIZE_BYTES = 0x2000;

    /** Added to the address of text: the temporary mapping through which it is written. */
    public static final long POKING_OFFSET = 0x0000_1000_0000_0000L - 0xffffffff80000000L;

    /** {@code bp_desc} of 2019 to 2022: a local variable of the patcher, laid out as {@link #DESCRIPTOR}. */
    public static final long STACK_DESCRIPTOR = PER_CPU + STACK_TOP - 0x40;

    /** As far as the signed 32 bits of an entry's address reach. */
    private static final long MOST_TEXT_BYTES = 1L << 31;

    /** GS base of a core. */
    public static long perCpu(int core) {
        return PER_CPU + core * PER_CPU_STRIDE;
    }

    /** Whose per-CPU area an address lies in. */
    public static int coreOf(long address) {
        return (int) ((address - PER_CPU) / PER_CPU_STRIDE);
    }

    /** Whether an address lies in the per-CPU area of one of the first cores, stack included. */
    public static boolean isPerCpu(long address, int cores) {
        return Address.isWithin(address, PER_CPU, cores * PER_CPU_STRIDE);
    }

    /** Whether an address belongs to the temporary mapping of text, which reaches as far as entries' addresses do. */
    public boolean isPoking(long address) {
        return Address.isWithin(address, stext + POKING_OFFSET, MOST_TEXT_BYTES);
    }

    /** Whether a page of text may lie there: the kernel has no data in it, and it can be mapped a second time to be written. */
    public boolean isFreeForText(long page) {
        long last = page + Frame.SIZE_BYTES - 1;
        return !isKernelData(page)
                && !isKernelData(last)
                && !Address.isWithin(page, PER_CPU - Frame.SIZE_BYTES, PER_CPU_STRIDE * (possibleCores + 1L))
                && Address.isCanonical(page)
                && Address.isCanonical(last)
                && Address.isWithin(last, stext, MOST_TEXT_BYTES)
                && Address.isCanonical(page + POKING_OFFSET)
                && Address.isCanonical(last + POKING_OFFSET);
    }

    /** Whether an address belongs to words of a core that others read and write: see {@link #ONLINE} to {@link #REFS}. */
    public static boolean isSharedPerCpu(long address) {
        long offset = address - perCpu(coreOf(address));
        return offset >= ONLINE && offset < CALL_COUNT;
    }

    /** Whether an address belongs to the array and its counters, the mutex, or the table of per-CPU areas. */
    public boolean isKernelData(long address) {
        return Address.isWithin(address, DATA, PER_CPU_OFFSETS - DATA + 8L * possibleCores)
                || Address.isWithin(address, MORE_DATA, MORE_DATA_SIZE_BYTES);
    }

    /** Where the kernel looks up GS base of a core. */
    public static long perCpuOffset(int core) {
        return PER_CPU_OFFSETS + 8L * core;
    }

    /** The 64 bytes that functions called on a core may use. */
    public static long scratch(int core) {
        return perCpu(core) + SCRATCH;
    }

    /** RSP of an empty stack on a core. */
    public static long stackTop(int core) {
        return perCpu(core) + STACK_TOP;
    }

    /** A field of the executing core's per-CPU data. */
    public static AddressOf ofThisCpu(int offset) {
        return core -> core.gsBase() + offset;
    }

    /** Maps data, per-CPU areas and stacks, and sets each core's GS base and RSP. Text is mapped by who brings it. */
    public void map(AddressSpace memory) {
        memory.map(DATA, DATA_SIZE_BYTES, Access.READ, Access.WRITE);
        memory.map(MORE_DATA, MORE_DATA_SIZE_BYTES, Access.READ, Access.WRITE);
        memory.map(PER_CPU_OFFSETS, 8L * possibleCores, Access.READ, Access.WRITE);
        for (int core = 0; core < possibleCores; core++) {
            memory.write(perCpuOffset(core), 8, perCpu(core), 0);
            mapPerCpu(memory, core);
            memory.map(scratch(core), 64, Access.READ, Access.WRITE);
        }
    }

    /** Maps per-CPU data and the stack of a core. */
    public static void mapPerCpu(AddressSpace memory, int core) {
        memory.map(perCpu(core), PER_CPU_SIZE_BYTES, Access.READ, Access.WRITE);
        memory.map(stackTop(core) - STACK_SIZE_BYTES, STACK_SIZE_BYTES, Access.READ, Access.WRITE);
    }

    /** Gives a core its per-CPU area and stack. */
    public static void prepare(Core core) {
        core.setGsBase(perCpu(core.id()));
        core.setRegister(Core.RSP, stackTop(core.id()));
    }
}
