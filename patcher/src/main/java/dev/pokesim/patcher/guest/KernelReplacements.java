package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.ReplacedFunctions;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.OnlineCores;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPoke;
import dev.pokesim.patcher.kernel.TextPokeLoc;
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
    private static final long PS_PER_NS = 1000;

    private final GuestKernel kernel;
    private final KernelCosts costs;
    private final PatchListener listener;
    private final int cores;
    private final Set<Long> sites = new HashSet<>(); // only asked whether it contains
    private String step = "";

    private KernelReplacements(GuestKernel kernel, KernelCosts costs, PatchListener listener, int cores) {
        this.kernel = kernel;
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
        KernelReplacements all = new KernelReplacements(kernel, costs, listener, cores);
        Map<Long, Routine> byAddress = new HashMap<>();
        byAddress.put(kernel.address("__text_poke"), all.textPoke());
        byAddress.put(kernel.address("on_each_cpu_cond_mask"), all.onEachCpu());
        kernel.find("sched_clock").ifPresent(address -> byAddress.put(address, schedClock()));
        for (String name : List.of("__warn_printk", "panic", "__stack_chk_fail")) {
            kernel.find(name).ifPresent(address -> byAddress.put(address, all.complaint(name)));
        }
        return new ReplacedFunctions(byAddress);
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
        TextPoke.append(b, costs, listener, address, source, length);
        return b.returnToCaller((core, local) -> local[address]).build();
    }

    private String stepOf(Core core, long address, long source, long length) {
        if (length == 1 && sites.contains(address)) {
            return core.load(source, 1) == TextPokeLoc.INT3 ? "write int3" : "write first byte";
        }
        return sites.contains(address - 1) ? "write tail" : "write elsewhere";
    }

    /** Many writes are one step. */
    private void begin(Core core, String newStep) {
        if (!newStep.equals(step)) {
            step = newStep;
            listener.stepStarted(core, newStep);
        }
    }

    /** void on_each_cpu_cond_mask(cond, func, info, wait, mask), for text_poke_sync(). */
    private Routine onEachCpu() {
        long syncCore = kernel.address("do_sync_core");
        Routine.Builder b = Routine.named("on_each_cpu_cond_mask");
        b.act("take the arguments", (core, local) -> {
            requireFunction(core, core.register(Core.RSI), syncCore);
            step = "sync cores";
            listener.stepStarted(core, step);
        });
        SyncCores.append(b, cores, OnlineCores.ALL);
        return b.returnToCaller((core, local) -> 0).build();
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
