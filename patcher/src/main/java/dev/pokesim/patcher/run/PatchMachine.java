package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Access;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.JumpLabel;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.Listeners;
import dev.pokesim.patcher.kernel.OnlineCores;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.PokeInt3Handler;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.StopMachine;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextMutex;
import dev.pokesim.patcher.kernel.TextPokeArray;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.kernel.TrapSites;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchRoutine;
import dev.pokesim.patcher.site.Segment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A machine whose core 0 patches an image: memory, handlers and the patcher's routine, for runs in time and for explorations. */
final class PatchMachine {
    /** The core that patches. */
    static final int PATCHER = 0;

    private final PatchTarget target;
    private final KernelLayout layout;
    private final AddressSpace memory = new AddressSpace();
    private final Machine machine;
    private final List<Routine> routines = new ArrayList<>();

    /** Maps the image, every text page a second time at the address through which it will be written. */
    PatchMachine(PatchTarget target, int cores, FetchMode fetchMode, Chooser staleBytes) {
        this.target = target;
        layout = layout(target, cores);
        layout.map(memory);
        TextPokeArray.initialise(memory);
        mapImage();
        machine = new Machine(memory, cores, fetchMode, staleBytes);
    }

    /** Where such a machine keeps the patcher's and the handlers' data. */
    static KernelLayout layout(PatchTarget target, int cores) {
        return new KernelLayout(textStart(target), cores);
    }

    private static long textStart(PatchTarget target) {
        return target.image().segments().stream()
                .filter(Segment::executable)
                .map(Segment::address)
                .min(Comparator.comparing(Long::longValue, Long::compareUnsigned))
                .orElseThrow();
    }

    private void mapImage() {
        for (Segment segment : target.image().segments()) {
            memory.map(segment.address(), segment.sizeBytes(), Access.READ);
            if (segment.writable()) {
                memory.map(segment.address(), segment.sizeBytes(), Access.WRITE);
            }
            if (segment.executable()) {
                memory.map(segment.address(), segment.sizeBytes(), Access.EXECUTE);
                long last = segment.lastAddress() & -Frame.SIZE_BYTES;
                for (long page = segment.address() & -Frame.SIZE_BYTES; ; page += Frame.SIZE_BYTES) {
                    memory.alias(page + KernelLayout.POKING_OFFSET, page, Access.READ, Access.WRITE);
                    if (page == last) {
                        break;
                    }
                }
            }
            memory.load(segment.address(), segment.bytes().toArray());
        }
    }

    KernelLayout layout() {
        return layout;
    }

    AddressSpace memory() {
        return memory;
    }

    Machine machine() {
        return machine;
    }

    /** Sets the kernel's handlers, and who is told; in their order. */
    BatchContext connect(Refs refs, KernelCosts costs, List<PatchListener> all) {
        return connect(refs, costs, all, TrapHandler.KERNEL, TrapSites.NONE, OnlineCores.ALL);
    }

    /** As {@link #connect(Refs, KernelCosts, List)}, with another INT3 handler, or with cores that come up later. */
    BatchContext connect(
            Refs refs,
            KernelCosts costs,
            List<PatchListener> all,
            TrapHandler int3,
            TrapSites sites,
            OnlineCores online) {
        Listeners listeners = new Listeners(all, target.places());
        machine.observe(listeners);
        handle(
                GuestFault.Vector.BREAKPOINT.number(),
                PokeInt3Handler.routine(int3, sites, layout, refs, costs, listeners));
        handle(SyncCores.VECTOR, SyncCores.handler(costs));
        handle(StopMachine.VECTOR, StopMachine.handler(costs));
        return new BatchContext(
                layout, refs, costs, listeners, List.of(), KernelLayout.ARRAY, 1, machine.coreCount(), online, true);
    }

    void handle(int vector, Routine handler) {
        machine.handle(vector, handler);
        routines.add(handler);
    }

    /** The handlers, and what the patcher's routine calls. */
    List<Routine> routines() {
        return routines;
    }

    /** Begins the patcher's routine: queues every place and processes the batches; by way of the static key if there is one. */
    Routine.Builder patcher(PatchProtocol protocol, BatchContext context) {
        Routine finish = PatchRoutine.finish(protocol, context);
        routines.add(finish);
        Routine.Builder b = Routine.named("patcher");
        if (target.key() == PatchTarget.NO_KEY) {
            TextMutex.lock(b, context.costs());
            TextPokeArray.queue(b, layout, target.places(), finish);
            b.call(finish);
            TextMutex.unlock(b);
        } else if (target.enable()) {
            JumpLabel.increment(b, context, target.key(), target.places(), finish);
        } else {
            JumpLabel.decrement(b, context, target.key(), target.places(), finish);
        }
        return b;
    }

    /**
     * Begins the routine of a patcher that patches some batches, one after the other, each as it is.
     *
     * @param name of the routine
     * @param batches the places of each, in the order of the array
     */
    Routine.Builder patcher(
            String name, PatchProtocol protocol, BatchContext context, List<List<TextPokeLoc>> batches) {
        int generations = protocol.handler().steps().contains(HandlerStep.FIND_IN_TWO_GENERATIONS) ? 2 : 1;
        Routine.Builder b = Routine.named(name);
        if (context.underMutex()) {
            TextMutex.lock(b, context.costs());
        }
        for (int i = 0; i < batches.size(); i++) {
            long array = i % generations == 0 ? KernelLayout.ARRAY : KernelLayout.SECOND_ARRAY;
            List<PatchPlace> places =
                    batches.get(i).stream().map(PatchPlace::of).toList();
            Routine finish = PatchRoutine.finish(protocol, context.ofBatch(places, array, generations));
            Routine.Builder batch = Routine.named("batch " + i + " of the " + name);
            if (generations > 1) {
                batch.storeConstant("nr = 0: of the batch before the last", core -> TextPokeArray.countOf(array), 4, 0);
            }
            TextPokeArray.fill(batch, layout, array, batches.get(i), finish);
            Routine whole = batch.call(finish).ret().build();
            routines.add(whole);
            routines.add(finish);
            b.call(whole);
        }
        if (context.underMutex()) {
            TextMutex.unlock(b);
        }
        return b;
    }

    /** A core begins to execute a routine, on its own stack, with interrupts on. */
    void start(int id, Routine routine) {
        Core core = machine.core(id);
        KernelLayout.prepare(core);
        core.flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
        core.enterRoutine(routine);
    }
}
