package dev.pokesim.emulator.core;

import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import org.jspecify.annotations.Nullable;

/**
 * One logical processor. It executes guest code, an instruction at a time, or a routine; an interrupt suspends either and
 * pushes it on a stack of contexts, as the hardware's frame and the kernel's saved registers do.
 *
 * <p>All mutable state of a core is in this object and the {@link Rflags}, {@link StoreBuffer} and contexts it owns.
 */
public final class Core {
    /** Register numbers as x86 encodes them. */
    public static final int RAX = 0;

    public static final int RCX = 1;
    public static final int RDX = 2;
    public static final int RBX = 3;
    public static final int RSP = 4;
    public static final int RBP = 5;
    public static final int RSI = 6;
    public static final int RDI = 7;

    /** Segment register numbers as x86 encodes them. */
    public static final int ES = 0;

    public static final int CS = 1;
    public static final int SS = 2;
    public static final int DS = 3;
    public static final int FS = 4;
    public static final int GS = 5;

    /** CS of a kernel in 64-bit mode; what interrupt frames hold. */
    public static final int KERNEL_CS = 0x10;

    public static final int KERNEL_SS = 0x18;

    /** Slot of the register file that is always 0: the base or index that an address does not have. */
    public static final int ZERO = 16;
    /** First of the temporaries that carry values between the micro-ops of one instruction. */
    public static final int TEMPORARY = 17;
    /** Slots of a register file: 16 registers, ZERO, temporaries; a routine uses all as its local variables. */
    public static final int FILE_SIZE = 32;

    /** Where a guest function called from a routine returns to: no page is ever mapped there. */
    public static final long ROUTINE_RETURN = 0xffff_ffff_ffff_f000L;

    /** CR0 of a core in 64-bit mode: PG, AM, WP, NE, ET, MP and PE. */
    private static final long CR0_PAGED = 0x8005_0033L;

    /** CR4 to begin with: FSGSBASE, PGE and PAE. */
    private static final long CR4_DEFAULT = 0x1_00a0L;

    /** CR4.FSGSBASE: RDFSBASE and its kin are allowed. */
    public static final long CR4_FSGSBASE = 1L << 16;

    private static final int GENERAL_REGISTERS = 16;
    /** FS, GS and kernel GS base, the control registers, and the segment registers, four a word. */
    private static final int SYSTEM_WORDS = 10;

    private static final int CONTROL_WORD = 3;
    private static final int SEGMENT_WORD = 8;

    private static final long[] ZEROS = new long[FILE_SIZE];
    private static final long PS_PER_MS = 1_000_000_000L;

    /** How deep interrupts and calls between routines and guest code may nest. */
    private static final int MAX_CONTEXTS = 32;

    /** A suspended stream. */
    private static final class Context {
        @Nullable
        Code code;

        int index;
        long[] file = new long[0];
        long remainingDelayPs;
        final long[] locals = new long[FILE_SIZE];
        /** The general registers as a handler's entry code saved them. */
        final long[] savedRegisters = new long[GENERAL_REGISTERS];

        boolean isInterrupted;
    }

    private final int id;
    private final AddressSpace memory;
    private final long[] registers = new long[FILE_SIZE];
    private final Rflags flags = new Rflags();
    private @Nullable StoreBuffer storeBuffer;
    private long rip;
    private long nextRip;
    private long fsBase;
    private long gsBase;
    private long kernelGsBase;
    private final long[] controlRegisters = {CR0_PAGED, 0, 0, 0, CR4_DEFAULT};
    private final int[] segments = {0, KERNEL_CS, KERNEL_SS, 0, 0, 0};

    private @Nullable Code code;
    private int index;
    private long[] file = registers;
    private final Context[] contexts = new Context[MAX_CONTEXTS];
    private int depth;

    private int epoch;
    private int boundaryMoment;
    private @Nullable Fetcher fetcher;
    private @Nullable InterruptBus bus;
    private int outstandingAcknowledgements;
    private int trap = NO_TRAP;
    private boolean nmiBlocked;
    private boolean interruptShadow;
    private boolean shadowAfterThis;
    private boolean halted;
    private long delayPs;
    private long timePs;
    private long timestampKhz = 2_500_000;
    private long lastTimestamp;
    private long retired;
    private boolean anotherRound;
    private boolean updateFailed;
    private long updatedAddress;
    private boolean halfLoaded;
    private long firstHalf;
    private long[] initialRegisters = new long[FILE_SIZE];
    private long[] initialSystem = new long[SYSTEM_WORDS];

    /** {@link #trap()} when no exception waits for delivery. */
    public static final int NO_TRAP = -1;

    /**
     * @param id 0-based; also the value of the machine's CPU number
     */
    public Core(int id, AddressSpace memory) {
        this.id = id;
        this.memory = memory;
    }

    public int id() {
        return id;
    }

    public AddressSpace memory() {
        return memory;
    }

    /** Gives the core a store buffer and a way to the others; without this it is alone and its stores are immediate. */
    public void connect(InterruptBus newBus) {
        storeBuffer = new StoreBuffer();
        bus = newBus;
    }

    public void setFetcher(Fetcher newFetcher) {
        fetcher = newFetcher;
    }

    // ---- registers

    /** The current register file: the general registers in guest code, the local variables in a routine. */
    public long[] file() {
        return file;
    }

    /** The general registers, also while a routine runs. */
    public long register(int number) {
        return registers[number];
    }

    /** Sets a general register, also while a routine runs. */
    public void setRegister(int number, long value) {
        registers[number] = value;
    }

    public Rflags flags() {
        return flags;
    }

    /** Address of the current instruction. */
    public long rip() {
        return rip;
    }

    public void setRip(long address) {
        rip = address;
    }

    /** Where execution goes on after the current instruction; a jump sets it. */
    public long nextRip() {
        return nextRip;
    }

    public void setNextRip(long address) {
        nextRip = address;
    }

    public long fsBase() {
        return fsBase;
    }

    public void setFsBase(long base) {
        fsBase = base;
    }

    public long gsBase() {
        return gsBase;
    }

    public void setGsBase(long base) {
        gsBase = base;
    }

    /** What SWAPGS exchanges with the GS base: IA32_KERNEL_GS_BASE. */
    public long kernelGsBase() {
        return kernelGsBase;
    }

    public void setKernelGsBase(long base) {
        kernelGsBase = base;
    }

    /**
     * A control register. They hold values only: memory is paged as {@link AddressSpace} says, and writing is allowed where its
     * pages allow it, whatever CR0 and CR3 are.
     *
     * @param number 0, 2, 3 or 4
     */
    public long controlRegister(int number) {
        return controlRegisters[number];
    }

    /** Sets {@link #controlRegister}. */
    public void setControlRegister(int number, long value) {
        controlRegisters[number] = value;
    }

    /**
     * The selector in a segment register. They hold values only: what FS and GS add to an address is {@link #fsBase} and
     * {@link #gsBase}.
     *
     * @param number {@link #ES} to {@link #GS}
     */
    public int segment(int number) {
        return segments[number];
    }

    /** Sets {@link #segment}, 16 bits. */
    public void setSegment(int number, int selector) {
        segments[number] = selector;
    }

    // ---- data memory as this core sees it

    /** The store buffer; null on a core that is alone. */
    public @Nullable StoreBuffer storeBuffer() {
        return storeBuffer;
    }

    /**
     * Reads memory as this core sees it: its own buffered stores first, then memory.
     *
     * @param address linear, unsigned, need not be aligned
     * @param sizeBytes 1 to 8
     * @return the value, little-endian, zero-extended
     * @throws dev.pokesim.emulator.memory.GuestFault with #PF; the core is unchanged
     */
    public long load(long address, int sizeBytes) {
        long value = memory.read(address, sizeBytes);
        return storeBuffer == null || storeBuffer.isEmpty() ? value : storeBuffer.forward(address, sizeBytes, value);
    }

    /**
     * Stores as this core does: into its buffer, or into memory when it is alone. A store that crosses a cache line becomes
     * two, because nothing promises that others see both at one moment.
     *
     * @throws dev.pokesim.emulator.memory.GuestFault with #PF; nothing is stored then
     */
    public void store(long address, int sizeBytes, long value) {
        StoreBuffer buffer = storeBuffer;
        if (buffer == null) {
            memory.write(address, sizeBytes, value, id);
            return;
        }
        boolean isText = memory.frameForStore(address).holdsText();
        int first = bytesInFirstLine(address, sizeBytes);
        if (first == sizeBytes) {
            buffer.add(address, sizeBytes, value, isText);
        } else {
            boolean isRestText = memory.frameForStore(address + first).holdsText();
            buffer.add(address, first, value, isText);
            buffer.add(address + first, sizeBytes - first, value >>> 8 * first, isRestText);
        }
    }

    /** How many of the bytes lie in the cache line of the first one. */
    private static int bytesInFirstLine(long address, int sizeBytes) {
        return Math.min(sizeBytes, 64 - ((int) address & 63));
    }

    /** Whether a load would take two steps because it crosses a cache line, and which part is next: see {@link #loadPart}. */
    public boolean isSplit(long address, int sizeBytes) {
        return storeBuffer != null && bytesInFirstLine(address, sizeBytes) != sizeBytes;
    }

    /** Whether the first half of a split load is done. */
    public boolean isHalfLoaded() {
        return halfLoaded;
    }

    /**
     * One step of a load that crosses a line. The first call reads the first line and returns false, the second completes it.
     *
     * @return whether {@link #loadedWhole()} has the value now
     */
    public boolean loadPart(long address, int sizeBytes) {
        int first = bytesInFirstLine(address, sizeBytes);
        if (!halfLoaded) {
            firstHalf = load(address, first);
            memory.frameForLoad(address + first);
            halfLoaded = true;
            return false;
        }
        firstHalf |= load(address + first, sizeBytes - first) << 8 * first;
        halfLoaded = false;
        return true;
    }

    /** The value of the split load that {@link #loadPart} completed. */
    public long loadedWhole() {
        return firstHalf;
    }

    /** The oldest buffered store reaches memory. The buffer must not be empty. */
    public void drainOldestStore() {
        StoreBuffer buffer = storeBuffer;
        if (buffer == null) {
            throw new IllegalStateException("a core that is alone has no store buffer");
        }
        memory.write(buffer.oldestAddress(), buffer.oldestSizeBytes(), buffer.oldestValue(), id);
        buffer.removeOldest();
    }

    /** A locked update of memory at {@code address} begins. */
    public void beginUpdate(long address) {
        updatedAddress = address;
        updateFailed = false;
    }

    /** Where the last locked update took place. */
    public long updatedAddress() {
        return updatedAddress;
    }

    /** Whether the last locked update was a compare-and-exchange that found another value. */
    public boolean hasUpdateFailed() {
        return updateFailed;
    }

    public void setUpdateFailed(boolean failed) {
        updateFailed = failed;
    }

    // ---- what it executes

    /** What it is in the middle of; null: guest code, before the next fetch. */
    public @Nullable Code code() {
        return code;
    }

    /** Index of the next micro-op in {@link #code()}. */
    public int index() {
        return index;
    }

    /** Moves inside the current code: a jump of a routine, or the step to the next micro-op. */
    public void setIndex(int newIndex) {
        index = newIndex;
    }

    /** The micro-op that just ran has to run again: its condition does not hold yet. */
    public void repeat() {
        index--;
    }

    /** Begins the instruction that was fetched. */
    public void begin(Code instruction) {
        code = instruction;
        index = 0;
    }

    /** Fetches and decodes at RIP. */
    public Code fetch() {
        Fetcher theFetcher = fetcher;
        if (theFetcher == null) {
            throw new IllegalStateException("core " + id + " has no fetcher");
        }
        return theFetcher.fetch(this);
    }

    /** The current instruction is done: on to {@link #nextRip()}. */
    public void retire() {
        code = null;
        rip = nextRip;
        boundaryMoment = memory.history().moment();
        interruptShadow = shadowAfterThis;
        shadowAfterThis = false;
        if (anotherRound) {
            anotherRound = false;
        } else {
            retired++;
        }
    }

    /**
     * Some instructions without effect on interrupts are done, one after the other, on a core that is alone: nobody asks when.
     *
     * @param count how many
     * @param address where execution goes on
     */
    public void retire(int count, long address) {
        rip = address;
        interruptShadow &= count == 0;
        retired += count;
    }

    /** A repeated string instruction has rounds to go: RIP stays, and interrupts may come between two rounds. */
    public void repeatInstruction() {
        nextRip = rip;
        anotherRound = true;
    }

    /** The current instruction faulted: RIP stays at it, nothing of it is done. */
    public void abandon() {
        code = null;
        halfLoaded = false;
        anotherRound = false;
    }

    /** How many guest instructions it has completed; a repeated string instruction counts once. */
    public long retired() {
        return retired;
    }

    /** Suspends what it does and runs a routine from its start with fresh local variables, all 0. */
    public void enterRoutine(Code routine) {
        Context context = push();
        code = routine;
        index = 0;
        file = context.locals;
        java.util.Arrays.fill(file, 0);
    }

    /**
     * As {@link #enterRoutine}, for the handler of an interrupt or exception: its entry code saves the general registers, so guest
     * code that it calls leaves no trace in what was interrupted.
     */
    public void enterHandler(Code handler) {
        enterRoutine(handler);
        Context context = contexts[depth - 1];
        System.arraycopy(registers, 0, context.savedRegisters, 0, GENERAL_REGISTERS);
        context.isInterrupted = true;
        interruptShadow = false;
    }

    /** Changes a general register of what the current handler interrupted: it will have it when the handler has returned. */
    public void setInterruptedRegister(int number, long value) {
        Context context = contexts[depth - 1];
        if (!context.isInterrupted) {
            throw new IllegalStateException("core " + id + " is in no handler");
        }
        context.savedRegisters[number] = value;
    }

    /** Suspends what it does, which must be a routine, and runs guest code from {@code address}. */
    public void enterGuest(long address) {
        push();
        code = null;
        index = 0;
        file = registers;
        rip = address;
    }

    private Context push() {
        if (depth == MAX_CONTEXTS) {
            throw new IllegalStateException(
                    "core " + id + ": more than " + MAX_CONTEXTS + " nested interrupts and calls");
        }
        Context context = contexts[depth];
        if (context == null) {
            context = new Context();
            contexts[depth] = context;
        }
        depth++;
        context.code = code;
        context.index = index;
        context.file = file;
        context.remainingDelayPs = delayPs;
        context.isInterrupted = false;
        delayPs = 0;
        return context;
    }

    /** Goes back to what {@link #enterRoutine}, {@link #enterHandler} or {@link #enterGuest} suspended. */
    public void resume() {
        Context context = contexts[--depth];
        code = context.code;
        index = context.index;
        file = context.file;
        delayPs = context.remainingDelayPs;
        if (context.isInterrupted) {
            System.arraycopy(context.savedRegisters, 0, registers, 0, GENERAL_REGISTERS);
        }
    }

    /** How many streams are suspended below the current one. */
    public int depth() {
        return depth;
    }

    /**
     * What is suspended below the current stream.
     *
     * @param level 0 for the outermost, less than {@link #depth()}
     * @return null for guest code between two instructions
     */
    public @Nullable Code suspended(int level) {
        return contexts[level].code;
    }

    /** Whether it executes guest code and stands between two instructions. */
    public boolean isAtInstructionBoundary() {
        return code == null;
    }

    /** Whether it executes guest code. */
    public boolean isInGuest() {
        return file == registers;
    }

    // ---- fetch view

    /** The moment past which it has serialised; it may still fetch what text was at any moment since. */
    public int epoch() {
        return epoch;
    }

    /** The moment at which it finished the last instruction: the fetch of the next one lies after it. */
    public int boundaryMoment() {
        return Math.max(boundaryMoment, epoch);
    }

    /** Serialises: from now on it fetches nothing older than the present. */
    public void serialise() {
        epoch = memory.history().moment();
    }

    // ---- interrupts

    /** The vector of an exception that the last micro-op raised, or {@link #NO_TRAP}. */
    public int trap() {
        return trap;
    }

    public void setTrap(int vector) {
        trap = vector;
    }

    public boolean isNmiBlocked() {
        return nmiBlocked;
    }

    public void setNmiBlocked(boolean blocked) {
        nmiBlocked = blocked;
    }

    /** STI was the last instruction: interrupts wait for one more. */
    public boolean isInInterruptShadow() {
        return interruptShadow;
    }

    /** The current instruction is STI: from its end to that of the next instruction interrupts wait. */
    public void shadowNextInstruction() {
        shadowAfterThis = true;
    }

    public boolean isHalted() {
        return halted;
    }

    public void setHalted(boolean isHalted) {
        halted = isHalted;
    }

    /** The way to other cores. */
    public InterruptBus bus() {
        InterruptBus theBus = bus;
        if (theBus == null) {
            throw new IllegalStateException("core " + id + " is alone: it cannot send interrupts");
        }
        return theBus;
    }

    /** How many IPIs it has sent whose handlers have not answered. */
    public int outstandingAcknowledgements() {
        return outstandingAcknowledgements;
    }

    /** Adds to {@link #outstandingAcknowledgements()}. */
    public void addOutstanding(int change) {
        outstandingAcknowledgements += change;
    }

    // ---- time

    /** Time that must pass before the next micro-op, in picoseconds; 0 for none. An interrupt suspends it. */
    public long delayPs() {
        return delayPs;
    }

    public void setDelayPs(long delay) {
        delayPs = delay;
    }

    /** The core's clock in picoseconds, set by the scheduler before each micro-op; 0 in an untimed machine. */
    public long timePs() {
        return timePs;
    }

    public void setTimePs(long time) {
        timePs = time;
    }

    /** The frequency of the time-stamp counter in kHz; 2,500,000 unless set. */
    public void setTimestampKhz(long kiloHertz) {
        timestampKhz = kiloHertz;
    }

    /**
     * The time-stamp counter: the core's clock in ticks. In an untimed machine it counts retired instructions, so that a guest
     * that waits for time to pass does not wait forever. It never goes back.
     */
    public long timestamp() {
        long ticks = timePs == 0
                ? retired
                : timePs / PS_PER_MS * timestampKhz + timePs % PS_PER_MS * timestampKhz / PS_PER_MS;
        lastTimestamp = Math.max(lastTimestamp, ticks);
        return lastTimestamp;
    }

    // ---- snapshots

    /** The registers' present values are what {@link #save} compares with. */
    public void rememberInitial() {
        initialRegisters = registers.clone();
        initialSystem = system();
    }

    private long[] system() {
        long[] words = new long[SYSTEM_WORDS];
        words[0] = fsBase;
        words[1] = gsBase;
        words[2] = kernelGsBase;
        System.arraycopy(controlRegisters, 0, words, CONTROL_WORD, controlRegisters.length);
        for (int i = 0; i < segments.length; i++) {
            words[SEGMENT_WORD + i / 4] |= (long) segments[i] << 16 * (i % 4);
        }
        return words;
    }

    /** Whether the temporaries of the register file hold something that will be read. */
    private boolean isInsideInstruction() {
        return isInGuest() && code != null;
    }

    /** Forgets what the finished instruction left in its temporaries, so that no state differs by it. */
    public void clearTemporaries() {
        java.util.Arrays.fill(registers, GENERAL_REGISTERS, FILE_SIZE, 0);
    }

    private int savedRegisterCount() {
        return isInsideInstruction() ? FILE_SIZE : GENERAL_REGISTERS;
    }

    /**
     * Appends all that decides what the core does from now on in an untimed machine: not its clock, and not what only the
     * finished instruction needed.
     *
     * @param code names what it executes
     * @param fromMoment becomes moment 0
     * @param willFetch whether it may fetch before it serialises again; if not, its epoch does not matter
     * @param withBoundary whether the moment of the last instruction's end matters; see {@link #boundaryMoment()}
     * @param withTimestamps whether the count of retired instructions matters, because guest code reads it as time
     * @throws IllegalStateException if guest code has read the time and {@code withTimestamps} is false
     */
    public void save(
            StateWriter out,
            CodeTable code,
            int fromMoment,
            boolean willFetch,
            boolean withBoundary,
            boolean withTimestamps) {
        out.number((isInGuest() ? 1 : 0)
                | (this.code != null ? 1 << 1 : 0)
                | (trap != NO_TRAP ? 1 << 2 : 0)
                | (halted ? 1 << 3 : 0)
                | (nmiBlocked ? 1 << 4 : 0)
                | (interruptShadow ? 1 << 5 : 0)
                | (halfLoaded ? 1 << 6 : 0)
                | (shadowAfterThis ? 1 << 7 : 0)
                | (anotherRound ? 1 << 8 : 0));
        out.number((int) flags.value());
        out.word(rip);
        out.words(registers, initialRegisters, savedRegisterCount());
        out.words(system(), initialSystem, SYSTEM_WORDS);
        if (this.code != null) {
            code.save(this.code, out);
            out.number(index);
        }
        if (isInsideInstruction()) {
            out.word(nextRip);
        }
        if (trap != NO_TRAP) {
            out.number(trap);
        }
        if (halfLoaded) {
            out.word(firstHalf);
        }
        out.number(outstandingAcknowledgements);
        out.number(willFetch ? epoch - fromMoment : 0);
        if (withBoundary) {
            out.number(willFetch && !isInsideInstruction() ? boundaryMoment() - fromMoment : 0);
        }
        if (withTimestamps) {
            out.word(retired);
            out.word(lastTimestamp);
        } else if (lastTimestamp != 0) {
            throw new IllegalStateException(
                    "core " + id + " reads the time-stamp counter, which the snapshot was told to leave out");
        }
        if (storeBuffer != null) {
            storeBuffer.save(out);
        }
        out.number(depth);
        for (int i = 0; i < depth; i++) {
            save(contexts[i], isRoutineAbove(i), out, code);
        }
    }

    /** Whether what was pushed on context {@code i} is a routine, whose variables that context keeps. */
    private boolean isRoutineAbove(int i) {
        return (i == depth - 1 ? file : contexts[i + 1].file) == contexts[i].locals;
    }

    private void save(Context context, boolean isRoutineAbove, StateWriter out, CodeTable code) {
        out.number(
                (context.code != null ? 1 : 0) | (context.isInterrupted ? 1 << 1 : 0) | (isRoutineAbove ? 1 << 2 : 0));
        if (context.code != null) {
            code.save(context.code, out);
            out.number(context.index);
        }
        if (context.isInterrupted) {
            out.words(context.savedRegisters, registers, GENERAL_REGISTERS);
        }
        if (isRoutineAbove) {
            out.words(context.locals, ZEROS, FILE_SIZE);
        }
    }

    /** Takes back what {@link #save} wrote; memory must be restored before. */
    public void restore(StateReader in, CodeTable table, boolean withBoundary, boolean withTimestamps) {
        int bits = in.number();
        boolean inGuest = (bits & 1) != 0;
        boolean hasCode = (bits & 1 << 1) != 0;
        halted = (bits & 1 << 3) != 0;
        nmiBlocked = (bits & 1 << 4) != 0;
        interruptShadow = (bits & 1 << 5) != 0;
        halfLoaded = (bits & 1 << 6) != 0;
        shadowAfterThis = (bits & 1 << 7) != 0;
        anotherRound = (bits & 1 << 8) != 0;
        flags.setValue(in.number());
        rip = in.word();
        boolean insideInstruction = inGuest && hasCode;
        if (!insideInstruction) {
            clearTemporaries();
        }
        in.words(registers, initialRegisters, insideInstruction ? FILE_SIZE : GENERAL_REGISTERS);
        long[] system = new long[SYSTEM_WORDS];
        in.words(system, initialSystem, SYSTEM_WORDS);
        fsBase = system[0];
        gsBase = system[1];
        kernelGsBase = system[2];
        System.arraycopy(system, CONTROL_WORD, controlRegisters, 0, controlRegisters.length);
        for (int i = 0; i < segments.length; i++) {
            segments[i] = (int) (system[SEGMENT_WORD + i / 4] >>> 16 * (i % 4)) & 0xffff;
        }
        code = hasCode ? table.restore(in, rip) : null;
        index = hasCode ? in.number() : 0;
        nextRip = insideInstruction ? in.word() : rip;
        trap = (bits & 1 << 2) != 0 ? in.number() : NO_TRAP;
        firstHalf = halfLoaded ? in.word() : 0;
        outstandingAcknowledgements = in.number();
        epoch = in.number();
        boundaryMoment = withBoundary ? in.number() : epoch;
        retired = withTimestamps ? in.word() : 1; // not 0: reading it must be noticed
        lastTimestamp = withTimestamps ? in.word() : 0;
        delayPs = 0;
        if (storeBuffer != null) {
            storeBuffer.restore(in, memory);
        }
        depth = in.number();
        file = registers;
        for (int i = 0; i < depth; i++) {
            file = restore(i, file, in, table);
        }
        if (isInGuest() != inGuest) {
            throw new IllegalStateException("the snapshot is not one of this machine");
        }
    }

    /** Appends its clock, and the time that must pass before it or what it has suspended goes on: what a timed machine adds to it. */
    public void saveTime(StateWriter out) {
        out.word(timePs);
        out.word(delayPs);
        for (int i = 0; i < depth; i++) {
            out.word(contexts[i].remainingDelayPs);
        }
    }

    /** Takes back what {@link #saveTime} wrote, after {@link #restore}. */
    public void restoreTime(StateReader in) {
        timePs = in.word();
        delayPs = in.word();
        for (int i = 0; i < depth; i++) {
            contexts[i].remainingDelayPs = in.word();
        }
    }

    /** Restores a context; {@code below} is the file of the stream that it keeps. Returns the file of the stream above. */
    private long[] restore(int i, long[] below, StateReader in, CodeTable table) {
        Context context = contexts[i];
        if (context == null) {
            context = new Context();
            contexts[i] = context;
        }
        int bits = in.number();
        context.file = below;
        boolean hasCode = (bits & 1) != 0;
        context.code = hasCode ? table.restore(in, 0) : null;
        context.index = hasCode ? in.number() : 0;
        context.remainingDelayPs = 0;
        context.isInterrupted = (bits & 1 << 1) != 0;
        if (context.isInterrupted) {
            in.words(context.savedRegisters, registers, GENERAL_REGISTERS);
        }
        if ((bits & 1 << 2) == 0) {
            return registers;
        }
        in.words(context.locals, ZEROS, FILE_SIZE);
        return context.locals;
    }
}
