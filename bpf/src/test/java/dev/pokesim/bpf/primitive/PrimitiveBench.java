package dev.pokesim.bpf.primitive;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.ExhaustiveSearch;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.explore.SearchLimits;
import dev.pokesim.emulator.explore.SearchResult;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.patcher.kernel.KernelLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A litmus test of primitives: a few routines on a few cores, every order, and how it can end. Cells are words of shared memory. */
final class PrimitiveBench {
    private final List<BiConsumer<Kernel, Routine.Builder>> tasks = new ArrayList<>();
    private final Map<Integer, Function<Kernel, Routine>> handlers = new HashMap<>();
    private @Nullable Function<Kernel, Routine> thread;
    private Predicate<Core> isIdle = core -> true;
    private Consumer<AddressSpace> setUp = memory -> {};
    private int nmis;
    private boolean allocationsFail;
    private final Set<String> told = new TreeSet<>();

    /** The address of a word that all cores share. */
    static long cell(int number) {
        return KernelMemory.slot(number);
    }

    /** Adds a core that does this and halts. */
    PrimitiveBench task(BiConsumer<Kernel, Routine.Builder> steps) {
        tasks.add(steps);
        return this;
    }

    PrimitiveBench handler(int vector, Function<Kernel, Routine> routine) {
        handlers.put(vector, routine);
        return this;
    }

    /** One NMI more may come to core 0; each does this. */
    PrimitiveBench nmi(BiConsumer<Kernel, Routine.Builder> steps) {
        nmis++;
        return handler(Machine.NMI, kernel -> {
            Routine.Builder b = Routine.named("nmi");
            b.interruptEntry(0, 0);
            steps.accept(kernel, b);
            return b.interruptReturn(0).build();
        });
    }

    /** The last core is the thread for grace periods. */
    PrimitiveBench rcu(Function<Kernel, Routine> rcuThread) {
        return thread(rcuThread, Rcu::isIdle);
    }

    /** The last core is the thread for works. */
    PrimitiveBench worker(Function<Kernel, Routine> workerThread) {
        return thread(workerThread, Workqueue::isIdle);
    }

    private PrimitiveBench thread(Function<Kernel, Routine> routine, Predicate<Core> idle) {
        thread = routine;
        isIdle = idle;
        return this;
    }

    PrimitiveBench setUp(Consumer<AddressSpace> initial) {
        setUp = initial;
        return this;
    }

    PrimitiveBench failingAllocations() {
        allocationsFail = true;
        return this;
    }

    /** What listeners were told in any order, in words. */
    Set<String> told() {
        return told;
    }

    /** Every way in which it can end; a deadlock is {@code deadlock}. */
    Set<String> ends(List<ToLongFunction<AddressSpace>> values) {
        Set<String> ends = new TreeSet<>();
        SearchResult result = new ExhaustiveSearch(this::model, SearchLimits.ONE_GIB)
                .atEnd(model -> {
                    List<String> words = new ArrayList<>();
                    values.forEach(value -> words.add(
                            String.valueOf(value.applyAsLong(model.machine().memory()))));
                    ends.add(String.join(" ", words));
                })
                .run();
        if (result.verdict() != SearchResult.Verdict.SAFE) {
            ends.add(result.verdict() == SearchResult.Verdict.DEADLOCK ? "deadlock" : result.reason());
        }
        return ends;
    }

    /** As {@link #ends}, with the first so many cells. */
    Set<String> ends(int cells) {
        List<ToLongFunction<AddressSpace>> values = new ArrayList<>();
        for (int i = 0; i < cells; i++) {
            long address = cell(i);
            values.add(memory -> memory.read(address, 8));
        }
        return ends(values);
    }

    private Model model(Chooser chooser) {
        Kernel kernel = new Kernel(new Told(), chooser, allocationsFail);
        int cpus = tasks.size();
        int cores = cpus + (thread == null ? 0 : 1);
        AddressSpace memory = new AddressSpace();
        KernelMemory.map(memory, cores);
        Hrtimer.initialise(memory, cell(200), 0);
        setUp.accept(memory);
        Machine machine = new Machine(memory, cores, FetchMode.COHERENT, chooser);
        handlers.forEach((vector, routine) -> machine.handle(vector, routine.apply(kernel)));
        List<Routine> routines = new ArrayList<>();
        for (BiConsumer<Kernel, Routine.Builder> task : tasks) {
            Routine.Builder b = Routine.named("task");
            task.accept(kernel, b);
            routines.add(b.fence().label("halt").then(new Halt()).jump("halt").build());
        }
        if (thread != null) {
            routines.add(thread.apply(kernel));
        }
        for (int id = 0; id < cores; id++) {
            KernelLayout.prepare(machine.core(id));
            machine.core(id).flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
            machine.core(id).enterRoutine(routines.get(id));
        }
        machine.observe(kernel.listener());
        return new Bench(machine, routines, cpus);
    }

    private final class Told implements KernelListener {
        @Override
        public void freedTwice(Core core, long object) {
            told.add("freed twice");
        }

        @Override
        public void calledRcuTwice(Core core, long object) {
            told.add("call_rcu twice");
        }

        @Override
        public void refcountSaturated(Core core, long address, String why) {
            told.add(why);
        }

        @Override
        public void locksItself(Core core, String lock) {
            told.add("locks itself: " + lock);
        }

        @Override
        public void calledInNmi(Core core, String function) {
            told.add("in NMI: " + function);
        }
    }

    private final class Bench implements Model {
        private final Machine machine;
        private final List<Routine> routines;
        private final int cpus;

        Bench(Machine machine, List<Routine> routines, int cpus) {
            this.machine = machine;
            this.routines = routines;
            this.cpus = cpus;
        }

        @Override
        public Machine machine() {
            return machine;
        }

        @Override
        public List<Routine> routines() {
            return routines;
        }

        @Override
        public boolean isDone(Core core) {
            return core.id() == cpus ? core.code() == routines.get(cpus) && isIdle.test(core) : core.isHalted();
        }

        @Override
        public int nmis(int core) {
            return core == 0 ? nmis : 0;
        }

        @Override
        public int owner(long address) {
            return KernelMemory.owner(address, cpus + 1);
        }

        @Override
        public boolean takesIpis(int core) {
            return core < cpus;
        }
    }
}
