package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.site.KernelImage;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/**
 * A kernel image that has come far enough to patch itself: its jump label tables are sorted, it believes that the system runs. Its
 * text stands as on disk: no relocation, no alternatives, calls of {@code __fentry__} and return thunks execute.
 *
 * @see "Linux kernel/jump_label.c, jump_label_init(); arch/x86/kernel/setup_percpu.c, setup_per_cpu_areas()"
 */
public final class GuestKernel {
    /** enum system_states, SYSTEM_RUNNING: before it the kernel patches without INT3. */
    private static final int SYSTEM_RUNNING = 3;

    /** Of pcpu_hot, in which newer kernels keep what had symbols of its own. */
    private static final int PCPU_HOT_CPU_NUMBER = 12;

    /** Of fixed_percpu_data: where the compiler expects the stack protector's word at GS base. */
    private static final int CANARY = 0x28;

    private static final long CANARY_VALUE = 0x1122334455667700L;
    private static final int POINTER_BYTES = 8;
    /** struct jump_entry: code (s32), target (s32), key (s64) with two flags, each relative to itself. */
    private static final int JUMP_ENTRY_BYTES = 16;

    private static final int JUMP_ENTRY_KEY = 8;
    private static final int JUMP_ENTRY_INIT = 2;
    private static final int CALL_BYTES = 5;
    private static final int CALL_OPCODE = 0xe8;

    /** How far a caller is looked for in the stack. */
    private static final int LONGEST_FRAME = 512;

    private final LoadedImage image;
    private final KernelSymbols symbols;
    private final Segment perCpu;
    private final long textStart;
    private final long textEnd;
    private final long initTextStart;
    private final long initTextEnd;

    private GuestKernel(LoadedImage image, Segment perCpu) {
        this.image = image;
        this.perCpu = perCpu;
        symbols = new KernelSymbols(image);
        textStart = symbols.need("_stext");
        textEnd = symbols.need("_etext");
        initTextStart = symbols.need("_sinittext");
        initTextEnd = symbols.behind(symbols.need("_einittext"));
    }

    /**
     * Runs jump_label_init() of an image and makes the system run.
     *
     * @throws InvalidInput if it is no kernel, or lacks a symbol that is needed
     * @throws GuestStopped if it comes to something that is not emulated
     */
    public static GuestKernel boot(LoadedImage image) {
        GuestKernel cold = of(image);
        AddressSpace memory = new AddressSpace();
        cold.map(memory, 1);
        new LoneGuest(cold, memory, new PatchListener() {}).call("jump_label_init");
        memory.write(cold.address("system_state"), Integer.BYTES, SYSTEM_RUNNING, 0);
        return of(image.withBytes(address -> cold.isPerCpu(address)
                ? (byte) cold.perCpu.bytes().unsignedAt((int) (address - cold.perCpu.address()))
                : (byte) memory.read(address, 1)));
    }

    /** One that has not booted. */
    static GuestKernel of(LoadedImage image) {
        KernelImage kernel = KernelImage.of(image)
                .orElseThrow(
                        () -> new InvalidInput(image.name(), "this is no kernel", "give a vmlinux or vmlinuz file"));
        Segment perCpu = kernel.perCpuArea()
                .filter(area -> area.sizeBytes() <= GuestLayout.MAX_PER_CPU_BYTES)
                .orElseThrow(() -> new InvalidInput(
                        image.name(),
                        "this kernel has no per-CPU area, or too large a one",
                        "run without --guest: its code cannot run as a guest here"));
        return new GuestKernel(image, perCpu);
    }

    /** What is mapped, as it is after booting. */
    public LoadedImage image() {
        return image;
    }

    /**
     * The address of a function or variable.
     *
     * @param names the newest kernel's first
     * @throws InvalidInput if the kernel has none of them
     */
    public long address(String... names) {
        return symbols.need(names);
    }

    /** As {@link #address}, if the kernel has it. */
    OptionalLong find(String... names) {
        return symbols.find(names);
    }

    private boolean isPerCpu(long address) {
        return Address.isWithin(address, perCpu.address(), perCpu.sizeBytes());
    }

    // ---- memory

    /**
     * Maps the image, the text a second time for poking, and for each core a per-CPU area, a stack and a task. Text can be written
     * through the second mapping only; everything else can be written, as it can while a kernel boots. Only text can be executed,
     * whatever the segment's header says: some data share a segment with it.
     */
    public void map(AddressSpace memory, int cores) {
        map(memory, cores, page -> true);
    }

    /**
     * As {@link #map(AddressSpace, int)}, and only some pages of text can be written: who explores need not ask of the others what a
     * fetch there sees.
     *
     * @param poked whether the page of text at an address will be written
     */
    public void map(AddressSpace memory, int cores, LongPredicate poked) {
        for (Segment segment : image.segments()) {
            if (!isPerCpu(segment.address())) {
                map(memory, segment);
            }
        }
        memory.map(textStart, textEnd - textStart, Access.EXECUTE);
        memory.map(initTextStart, initTextEnd - initTextStart, Access.EXECUTE);
        for (long page = textStart & -Frame.SIZE_BYTES; page != pageBehindText(); page += Frame.SIZE_BYTES) {
            if (!poked.test(page)) {
                continue;
            }
            memory.alias(page + KernelLayout.POKING_OFFSET, page, Access.READ, Access.WRITE);
        }
        for (int core = 0; core < cores; core++) {
            mapCore(memory, core);
        }
    }

    private void map(AddressSpace memory, Segment segment) {
        memory.map(segment.address(), segment.sizeBytes(), Access.READ);
        long first = segment.address();
        if (segment.contains(textStart, 1)) { // the constants behind text are in its segment
            first = pageBehindText();
        }
        if (segment.contains(first, 1)) {
            memory.map(first, segment.lastAddress() - first + 1, Access.WRITE);
        }
        memory.load(segment.address(), segment.bytes().toArray());
    }

    /**
     * Makes the kernel believe that some sites of a key are gone, as those in init text are once it is freed: it leaves them alone.
     *
     * @param memory of a machine that has not begun
     * @param isGone of the address of a site
     * @see "Linux kernel/jump_label.c, jump_label_can_update(), jump_entry_is_init()"
     */
    public void markGone(AddressSpace memory, long key, LongPredicate isGone) {
        long end = address("__stop___jump_table");
        for (long entry = address("__start___jump_table"); entry != end; entry += JUMP_ENTRY_BYTES) {
            long site = entry + (int) memory.read(entry, Integer.BYTES);
            long keyAndFlags = memory.read(entry + JUMP_ENTRY_KEY, POINTER_BYTES);
            if ((entry + JUMP_ENTRY_KEY + keyAndFlags & -Integer.BYTES) == key && isGone.test(site)) {
                memory.write(entry + JUMP_ENTRY_KEY, POINTER_BYTES, keyAndFlags | JUMP_ENTRY_INIT, 0);
            }
        }
    }

    /** Which memory belongs to one core while core 0 patches and the others execute functions with sites. */
    public MemoryOwners owners() {
        long descriptor = address("bp_desc");
        return new MemoryOwners(
                image.segments(),
                textStart,
                symbols.find("__end_rodata").orElse(textEnd),
                descriptor,
                (int) (KernelLayout.DESCRIPTOR_REFS + Integer.BYTES - KernelLayout.DESCRIPTOR),
                pokeArray());
    }

    private long pageBehindText() {
        return textEnd + Frame.SIZE_BYTES - 1 & -Frame.SIZE_BYTES;
    }

    private void mapCore(AddressSpace memory, int core) {
        long area = GuestLayout.perCpu(core);
        memory.map(area, perCpu.sizeBytes(), Access.READ, Access.WRITE);
        memory.map(area + GuestLayout.PER_CPU_DYNAMIC, GuestLayout.PER_CPU_DYNAMIC_BYTES, Access.READ, Access.WRITE);
        memory.load(area, perCpu.bytes().toArray());
        long base = gsBase(core);
        long current = address("current_task", "pcpu_hot");
        memory.map(GuestLayout.task(core), GuestLayout.TASK_BYTES, Access.READ, Access.WRITE);
        memory.write(base + address("this_cpu_off"), POINTER_BYTES, base, core);
        memory.write(base + current, POINTER_BYTES, GuestLayout.task(core), core);
        memory.write(base + find("cpu_number").orElse(current + PCPU_HOT_CPU_NUMBER), Integer.BYTES, core, core);
        find("fixed_percpu_data")
                .ifPresent(data -> memory.write(base + data + CANARY, POINTER_BYTES, CANARY_VALUE + core, core));
        find("__per_cpu_offset")
                .ifPresent(table -> memory.write(table + (long) core * POINTER_BYTES, POINTER_BYTES, base, core));
        long stackTop = GuestLayout.stackTop(core);
        memory.map(stackTop - GuestLayout.STACK_BYTES, GuestLayout.STACK_BYTES, Access.READ, Access.WRITE);
    }

    /** What a core's per-CPU variables are relative to: their symbols' addresses count from here. */
    private long gsBase(int core) {
        return GuestLayout.perCpu(core) - perCpu.address();
    }

    /** What is allocated at run time in each per-CPU area, as the kernel writes a pointer to it. */
    long perCpuDynamic() {
        return perCpu.address() + GuestLayout.PER_CPU_DYNAMIC;
    }

    /** Gives a core its per-CPU area and stack, and interrupts. */
    public void prepare(Core core) {
        core.setGsBase(gsBase(core.id()));
        core.setRegister(Core.RSP, GuestLayout.stackTop(core.id()) - GuestLayout.STACK_ARGUMENTS);
        core.flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
    }

    /** What {@link #prepare} gives a core and every call touches: the top of its stack, the beginning of its task. */
    public List<Span> used(int core) {
        return List.of(
                new Span(GuestLayout.stackTop(core) - GuestLayout.STACK_USED, GuestLayout.STACK_USED),
                new Span(GuestLayout.task(core), Frame.SIZE_BYTES));
    }

    /**
     * Consecutive bytes.
     *
     * @param address of the first
     */
    public record Span(long address, int sizeBytes) {}

    /** The kernel's array of places to patch, with its reference count. */
    public PokeArray pokeArray() {
        long descriptor = address("bp_desc");
        return new PokeArray(
                address("tp_vec"),
                KernelLayout.MAX_ENTRIES * KernelLayout.ENTRY_SIZE_BYTES,
                address("tp_vec_nr"),
                List.of(descriptor + KernelLayout.DESCRIPTOR_REFS - KernelLayout.DESCRIPTOR));
    }

    // ---- what to say when it stops

    /** {@code sched_clock+0x12, called from update_prog_stats+0x31}. */
    String where(Core core, long address) {
        long caller = caller(core);
        return image.symbolAt(address) + (caller == 0 ? "" : ", called from " + image.symbolAt(caller));
    }

    /** A word in the stack that points behind a call: at a function's first instruction surely the one; 0 if there is none. */
    private long caller(Core core) {
        AddressSpace memory = core.memory();
        long rsp = core.register(Core.RSP);
        for (long at = rsp; at < rsp + LONGEST_FRAME; at += POINTER_BYTES) {
            if (!memory.allows(at, Access.READ) || !memory.allows(at + POINTER_BYTES - 1, Access.READ)) {
                return 0;
            }
            long word = memory.read(at, POINTER_BYTES);
            if (Address.isWithin(word, textStart + CALL_BYTES, textEnd - textStart - CALL_BYTES)
                    && memory.read(word - CALL_BYTES, 1) == CALL_OPCODE) {
                return word;
            }
        }
        return 0;
    }

    /** A core came to what the guest cannot do. */
    GuestStopped stopped(Core core, long address, String why, @Nullable Throwable cause) {
        return new GuestStopped("core " + core.id() + " in " + where(core, address) + ": " + why, cause);
    }
}
