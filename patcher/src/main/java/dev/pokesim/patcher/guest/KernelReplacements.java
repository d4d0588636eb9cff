package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.ReplacedFunctions;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.OnlineCores;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPoke;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.site.Symbol;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The kernel's functions that do not run as guest code, because they need what the machine does not have: page tables, an interrupt
 * controller, a calibrated clock, a console. Each is a routine that takes the arguments of the function and returns as it does.
 */
final class KernelReplacements {
    private static final int LONGEST_MESSAGE = 80;
    /** MOV r/m32, imm32 to an address relative to the next instruction: opcode and ModRM; displacement and immediate follow. */
    private static final int MOV_TO_RIP_RELATIVE = 0x05c7;

    private static final int MOV_BYTES = 10;
    private static final long PS_PER_NS = 1000;

    private final GuestKernel kernel;
    private final KernelCosts costs;
    private final PatchListener listener;
    private final KernelMutation mutation;
    private final int cores;
    private final Set<Long> sites = new HashSet<>(); // only asked whether it contains
    private Step step = Step.NONE;

    /** What the patcher does, as the arguments of its calls tell. */
    private enum Step {
        NONE("", 0),
        WRITE_INT3("write int3", 1),
        WRITE_TAIL("write tail", 2),
        WRITE_FIRST_BYTE("write first byte", 3),
        WRITE_ELSEWHERE("write elsewhere", 0),
        SYNC_CORES("sync cores", 0);

        final String text;
        /** The number of the sync behind it. */
        final int sync;

        Step(String text, int sync) {
            this.text = text;
            this.sync = sync;
        }
    }

    KernelReplacements(
            GuestKernel kernel, KernelCosts costs, PatchListener listener, int cores, KernelMutation mutation) {
        this.kernel = kernel;
        this.mutation = mutation;
        this.costs = costs;
        this.listener = listener;
        this.cores = cores;
        kernel.image().sites().forEach(site -> sites.add(site.address()));
    }

    /**
     * The replacements for one run.
     *
     * @param listener is told of every poke and of each step as it begins
     * @param cores how many are online
     */
    static ReplacedFunctions of(GuestKernel kernel, KernelCosts costs, PatchListener listener, int cores) {
        return new KernelReplacements(kernel, costs, listener, cores, KernelMutation.NONE).functions();
    }

    /** All of them. */
    ReplacedFunctions functions() {
        Map<Long, Routine> byAddress = new HashMap<>();
        byAddress.put(kernel.address("__text_poke"), textPoke());
        byAddress.put(kernel.address("on_each_cpu_cond_mask"), onEachCpu());
        kernel.find("sched_clock").ifPresent(address -> byAddress.put(address, schedClock()));
        for (String name : List.of("__warn_printk", "panic", "__stack_chk_fail")) {
            kernel.find(name).ifPresent(address -> byAddress.put(address, complaint(name)));
        }
        if (mutation.leavesOutReference()) {
            long store = storeOfReference();
            byAddress.put(
                    store,
                    Routine.named("no atomic_set_release(&bp_desc.refs, 1)")
                            .goOnAt((core, local) -> store + MOV_BYTES)
                            .build());
        }
        return new ReplacedFunctions(byAddress);
    }

    /** Appends what the next call depends on. */
    void save(StateWriter out) {
        out.number(step.ordinal());
    }

    /** Takes back what {@link #save} wrote. */
    void restore(StateReader in) {
        step = Step.values()[in.number()];
    }

    /** void *__text_poke(text_poke_f func, void *addr, const void *src, size_t len). */
    private Routine textPoke() {
        long copy = kernel.address("text_poke_memcpy");
        Routine.Builder b = Routine.named("__text_poke");
        int address = b.local();
        int source = b.local();
        int length = b.local();
        b.act("take the arguments", (core, local) -> {
            requireFunction(core, core.register(Core.RDI), copy);
            local[address] = core.register(Core.RSI);
            local[source] = core.register(Core.RDX);
            local[length] = core.register(Core.RCX);
            begin(core, stepOf(core, local[address], local[source], local[length]));
        });
        if (mutation.writesTailFirst()) {
            tailFirst(b, address);
        }
        TextPoke.append(b, costs, listener, address, source, length);
        return b.returnToCaller((core, local) -> local[address]).build();
    }

    /** Appends a poke of the rest of a place, if it is its INT3 that is to be written. */
    private void tailFirst(Routine.Builder b, int address) {
        int tail = b.local();
        int newTail = b.local();
        int tailLength = b.local();
        b.act("find the place's entry", (core, local) -> {
                    local[tail] = local[address] + 1;
                    local[tailLength] = 0;
                    if (step == Step.WRITE_INT3) {
                        long entry = entryOf(core, local[address]);
                        local[newTail] = entry + KernelLayout.ENTRY_TEXT + 1;
                        local[tailLength] = core.load(entry + KernelLayout.ENTRY_LENGTH, 1) - 1;
                    }
                })
                .jumpIf("no INT3 or no tail", (core, local) -> local[tailLength] == 0, "poke");
        TextPoke.append(b, costs, listener, tail, newTail, tailLength);
        b.label("poke");
    }

    /** The entry of a place in the array of the batch. */
    private long entryOf(Core core, long place) {
        long start = kernel.address("_stext");
        PokeArray array = kernel.pokeArray();
        for (long entry = array.entries(); entry < array.entries() + array.sizeBytes(); ) {
            if (start + (int) core.load(entry + KernelLayout.ENTRY_ADDRESS, Integer.BYTES) == place) {
                return entry;
            }
            entry += KernelLayout.ENTRY_SIZE_BYTES;
        }
        throw kernel.stopped(core, core.rip(), "it pokes a place that is not in its array", null);
    }

    private Step stepOf(Core core, long address, long source, long length) {
        if (length == 1 && sites.contains(address)) {
            return core.load(source, 1) == TextPokeLoc.INT3 ? Step.WRITE_INT3 : Step.WRITE_FIRST_BYTE;
        }
        return sites.contains(address - 1) ? Step.WRITE_TAIL : Step.WRITE_ELSEWHERE;
    }

    /** Many writes are one step. */
    private void begin(Core core, Step newStep) {
        if (newStep != step) {
            step = newStep;
            listener.stepStarted(core, newStep.text);
        }
    }

    /** void on_each_cpu_cond_mask(cond, func, info, wait, mask), for text_poke_sync(). */
    private Routine onEachCpu() {
        long syncCore = kernel.address("do_sync_core");
        Routine.Builder b = Routine.named("on_each_cpu_cond_mask");
        int leftOut = b.local();
        b.act("take the arguments", (core, local) -> {
                    requireFunction(core, core.register(Core.RSI), syncCore);
                    local[leftOut] = mutation.leavesOutSync(step.sync) ? 1 : 0;
                    step = Step.SYNC_CORES;
                    listener.stepStarted(core, step.text);
                })
                .jumpIf("left out", (core, local) -> local[leftOut] != 0, "return");
        SyncCores.append(b, cores, OnlineCores.ALL);
        return b.label("return").returnToCaller((core, local) -> 0).build();
    }

    /** The address of the patcher's {@code movl $1, bp_desc.refs}. */
    private long storeOfReference() {
        long refs = kernel.pokeArray().counters().get(0);
        Symbol batch = kernel.image()
                .symbols()
                .covering(kernel.address("text_poke_bp_batch"))
                .orElseThrow();
        ImageBytes code =
                kernel.image().bytesAt(batch.address(), (int) batch.sizeBytes()).orElseThrow();
        for (int i = 0; i + MOV_BYTES <= code.sizeBytes(); i++) {
            long next = batch.address() + i + MOV_BYTES;
            if (code.signedAt(i, Short.BYTES) == MOV_TO_RIP_RELATIVE
                    && next + code.signedAt(i + 2, Integer.BYTES) == refs
                    && code.signedAt(i + 2 + Integer.BYTES, Integer.BYTES) == 1) {
                return batch.address() + i;
            }
        }
        throw new InvalidInput(
                kernel.image().name(),
                "text_poke_bp_batch() of this kernel does not store 1 in bp_desc.refs",
                "leave out --mutate " + mutation.word());
    }

    /** A function pointer that a replacement stands for with one value only. */
    private void requireFunction(Core core, long function, long known) {
        if (function != known) {
            throw kernel.stopped(
                    core,
                    core.rip(),
                    "its function argument is " + kernel.image().symbolAt(function) + ", and only "
                            + kernel.image().symbolAt(known) + " is emulated",
                    null);
        }
    }

    /** u64 sched_clock(void): nanoseconds. What it would have taken is not counted: nobody has published it for this machine. */
    private static Routine schedClock() {
        return Routine.named("sched_clock")
                .returnToCaller((core, local) -> core.timePs() / PS_PER_NS)
                .build();
    }

    /** A function that a kernel calls when something is wrong. */
    private Routine complaint(String name) {
        return Routine.named(name)
                .act("stop", (core, local) -> {
                    throw kernel.stopped(
                            core, core.rip(), "the kernel complains: " + text(core, core.register(Core.RDI)), null);
                })
                .returnToCaller((core, local) -> 0)
                .build();
    }

    /** The first line of a string in guest memory, as far as it can be read. */
    private static String text(Core core, long address) {
        StringBuilder text = new StringBuilder();
        for (long at = address; text.length() < LONGEST_MESSAGE; at++) {
            long character =
                    core.memory().allows(at, Access.READ) ? core.memory().read(at, 1) : 0;
            if (character < ' ' || character > '~') {
                break;
            }
            text.append((char) character);
        }
        return text.length() == 0 ? "(no text)" : text.toString();
    }
}
