package dev.pokesim.patcher.guest;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.SyncCores;

/** A guest kernel on the cores of a machine. */
public final class GuestCores {
    /** Of irq_stat: some word of it. The counts of all interrupts are in one line, so which one it is makes no difference. */
    private static final int IRQ_CALL_COUNT = 48;

    private final GuestEvents events;
    private final KernelReplacements replacements;

    private GuestCores(GuestEvents events, KernelReplacements replacements) {
        this.events = events;
        this.replacements = replacements;
    }

    /**
     * Sets up a machine whose memory was mapped by {@link GuestKernel#map}: replaced functions, the INT3 that enters the kernel's own
     * handler, the IPI that serialises, an observer, and every core.
     *
     * @param patcher the core that will patch
     * @param listener is told what happens, in the words in which a kernel made of routines tells it
     * @param mutation what the kernel does wrong
     * @return what of it is not part of the machine's state
     */
    public static GuestCores install(
            GuestKernel kernel,
            Machine machine,
            int patcher,
            KernelCosts costs,
            PatchListener listener,
            KernelMutation mutation) {
        GuestEvents events = new GuestEvents(kernel, listener, patcher);
        KernelReplacements replacements =
                new KernelReplacements(kernel, costs, listener, machine.coreCount(), mutation);
        machine.observe(events);
        machine.replace(replacements.functions());
        machine.handle(GuestFault.Vector.BREAKPOINT.number(), Int3Entry.routine(kernel, costs, listener));
        long irqStat = kernel.address("irq_stat") + IRQ_CALL_COUNT;
        machine.handle(SyncCores.VECTOR, SyncCores.handler(costs, core -> core.gsBase() + irqStat));
        for (int id = 0; id < machine.coreCount(); id++) {
            kernel.prepare(machine.core(id));
        }
        return new GuestCores(events, replacements);
    }

    /** Whether an instruction that a core fetches there tells listeners something. */
    public boolean isObserved(Core core, long rip) {
        return events.isTold(core, rip);
    }

    /** Appends what the machine's state does not have. */
    public void save(StateWriter out) {
        events.save(out);
        replacements.save(out);
    }

    /** Takes back what {@link #save} wrote. */
    public void restore(StateReader in) {
        events.restore(in);
        replacements.restore(in);
    }

    /** Appends a call of static_key_enable() or static_key_disable(). */
    public static void flip(Routine.Builder b, GuestKernel kernel, long key, boolean enable) {
        long function = kernel.address(enable ? "static_key_enable" : "static_key_disable");
        b.act("rdi = key", (core, local) -> core.setRegister(Core.RDI, key)).callGuest((core, local) -> function);
    }

    /** A crash of the machine as a user of the kernel wants to read it: by function and caller. */
    public static GuestStopped stopped(GuestKernel kernel, Machine machine, GuestCrash crash) {
        return kernel.stopped(machine.core(crash.core()), crash.address(), String.valueOf(crash.getMessage()), crash);
    }
}
