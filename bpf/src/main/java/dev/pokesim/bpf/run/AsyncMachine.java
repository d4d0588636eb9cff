package dev.pokesim.bpf.run;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.AsyncRoutines;
import dev.pokesim.bpf.form.BpfMap;
import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.primitive.Hrtimer;
import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.bpf.primitive.Workqueue;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenario.Call;
import dev.pokesim.bpf.scenario.Scenario.Context;
import dev.pokesim.bpf.scenario.Scenario.Program;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.patcher.kernel.KernelLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A machine on which a form is tried: the cores are the scenario's CPUs, the thread that waits for grace periods and, if there can be
 * works, the thread that does them.
 */
final class AsyncMachine {
    /** The program that every timer calls. */
    private static final int CALLBACK = 1;

    private final Scenario scenario;
    private final Machine machine;
    private final AsyncRoutines form;
    private final Kernel kernel;
    private final Routine rcu;
    private final @Nullable Routine worker;
    private final List<Routine> tasks = new ArrayList<>();
    private final List<Routine> handlers = new ArrayList<>();

    AsyncMachine(AsyncForm form, Scenario scenario, Kernel bare) {
        this.scenario = scenario;
        AddressSpace memory = new AddressSpace();
        Kernel without = scenario.closesMap() ? bare.withMapsThatLoseUsers() : bare;
        kernel = scenario.tracepoint().isEmpty()
                ? without
                : without.withTracepoint(program("tracepoint", without, form.routines(without), scenario.tracepoint()));
        this.form = form.routines(kernel);
        boolean hasWorks = scenario.kind() == AsyncCb.Kind.WORK
                || !this.form.workFunctions().isEmpty();
        int cores = scenario.cpus() + (hasWorks ? 2 : 1);
        KernelMemory.map(memory, cores);
        for (int number = 1; number <= KernelMemory.PROGRAMS; number++) {
            memory.write(KernelMemory.program(number), 4, 1, 0); // its loader's
            Workqueue.initialise(
                    memory, KernelMemory.program(number) + KernelMemory.PROGRAM_WORK, AsyncCb.PROGRAM_FUNCTION, 0);
        }
        BpfMap.setUp(memory);
        machine = new Machine(memory, cores, FetchMode.COHERENT, kernel.chooser());
        rcu = Rcu.thread(kernel, this.form.rcuFunctions());
        Routine callback = program("callback", kernel, this.form, scenario.callback());
        List<Routine> works = new ArrayList<>(List.of(AsyncCb.workCallback(kernel, List.of(callback))));
        works.addAll(this.form.workFunctions());
        while (works.size() < AsyncCb.PROGRAM_FUNCTION) {
            works.add(Routine.named("no_work").ret().build());
        }
        works.add(AsyncCb.freeProgram());
        worker = hasWorks ? Workqueue.thread(kernel, works) : null;
        handle(IrqWork.VECTOR, form.irqWorkHandler(kernel, this.form.irqWorkFunctions()));
        handle(Hrtimer.VECTOR, Hrtimer.handler(kernel, AsyncCb.timerCallback(kernel, List.of(callback))));
        handle(Machine.NMI, nmi());
        boot();
        for (int cpu = 0; cpu < scenario.cpus(); cpu++) {
            Routine task = task(cpu);
            tasks.add(task);
            start(cpu, task);
        }
        start(scenario.cpus(), rcu);
        if (worker != null) {
            start(scenario.cpus() + 1, worker);
        }
        machine.observe(kernel.listener());
    }

    Machine machine() {
        return machine;
    }

    /** What cores execute and handle. */
    List<Routine> routines() {
        List<Routine> all = new ArrayList<>(tasks);
        all.add(rcu);
        if (worker != null) {
            all.add(worker);
        }
        all.addAll(handlers);
        return all;
    }

    /** Whether a core has nothing left to do by itself. */
    boolean isDone(Core core) {
        if (core.id() < scenario.cpus()) {
            return core.isHalted();
        }
        return core.id() == scenario.cpus()
                ? core.code() == rcu && Rcu.isIdle(core)
                : core.code() == worker && Workqueue.isIdle(core);
    }

    private void handle(int vector, Routine handler) {
        machine.handle(vector, handler);
        handlers.add(handler);
    }

    private void start(int id, Routine routine) {
        Core core = machine.core(id);
        KernelLayout.prepare(core);
        core.flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
        core.enterRoutine(routine);
    }

    /** Core 0 sets the timers up by itself, before anything is watched. */
    private void boot() {
        Routine.Builder b = Routine.named("boot");
        int timers = scenario.has(Scenario.Option.NO_TIMERS) ? 0 : scenario.slots();
        for (int slot = 0; slot < timers; slot++) {
            call(b, new Call(Operation.INIT, slot, scenario.kind().ordinal()));
            call(b, new Call(Operation.SET_CALLBACK, slot, CALLBACK));
        }
        start(0, b.ret().build());
        Core core = machine.core(0);
        StoreBuffer stores = Objects.requireNonNull(core.storeBuffer());
        while (core.depth() > 0) {
            machine.perform(core, machine.next(core));
            while (!stores.isEmpty()) {
                machine.drain(core);
            }
        }
        if (scenario.has(Scenario.Option.NO_LOADER)) {
            AddressSpace memory = machine.memory();
            long program = KernelMemory.program(CALLBACK);
            memory.write(program, 4, memory.read(program, 4) - 1, 0);
            memory.write(program + KernelMemory.WITHOUT_LOADER, 4, 1, 0);
        }
    }

    private Routine task(int cpu) {
        Routine.Builder b = Routine.named("task");
        for (Program program : scenario.programs()) {
            if (program.cpu() == cpu) {
                append(b, program);
            }
        }
        return b.compute("(task ends)", (core, local) -> kernel.listener().ends(core))
                .fence()
                .label("halt")
                .then(new Halt())
                .jump("halt")
                .build();
    }

    private void append(Routine.Builder b, Program program) {
        switch (program.context()) {
            case TASK -> {
                Rcu.readLock(b);
                program.calls().forEach(one -> call(b, one));
                b.then(Rcu.readUnlock());
            }
            case SLEEPABLE -> {
                Rcu.readLockTrace(b);
                program.calls().forEach(one -> call(b, one));
                b.then(Rcu.readUnlockTrace());
            }
            case CLOSE -> b.call(BpfMap.putUser(kernel, form.operation(Operation.CANCEL_AND_FREE), scenario.slots()));
            case NMI -> {}
        }
    }

    /** One that is called where there is a reader already, or interrupts are off. */
    private static Routine program(String name, Kernel kernel, AsyncRoutines form, List<Call> calls) {
        Routine.Builder b = Routine.named(name);
        calls.forEach(one -> call(b, kernel, form, one));
        return b.ret().build();
    }

    private Routine nmi() {
        Routine.Builder b = Routine.named("nmi");
        b.interruptEntry(0, 0);
        int count = b.local();
        Rcu.readLock(b);
        b.load("NMIs so far", count, KernelMemory.ofThisCpu(KernelMemory.NMI_COUNT), 8, 0)
                .compute("(one more)", (core, local) -> local[count]++)
                .store("count NMIs", KernelMemory.ofThisCpu(KernelMemory.NMI_COUNT), 8, count);
        for (int cpu = 0; cpu < scenario.cpus(); cpu++) {
            List<Program> programs = scenario.programs(Context.NMI, cpu);
            for (int i = 0; i < programs.size(); i++) {
                int id = cpu;
                int number = i + 1;
                String other = "other-than-" + cpu + "-" + i;
                b.jumpIf("(another program?)", (core, local) -> core.id() != id || local[count] != number, other);
                programs.get(i).calls().forEach(one -> call(b, one));
                b.jump("leave").label(other);
            }
        }
        return b.label("leave").then(Rcu.readUnlock()).interruptReturn(0).build();
    }

    private void call(Routine.Builder b, Call call) {
        call(b, kernel, form, call);
    }

    /** Appends an operation; its result is for those who listen. */
    private static void call(Routine.Builder b, Kernel kernel, AsyncRoutines form, Call call) {
        int slot = b.local();
        int argument = b.local();
        String name = call.operation().toString();
        b.compute(name + " of slot " + call.slot(), (core, local) -> {
                    local[slot] = KernelMemory.slot(call.slot());
                    local[argument] = call.argument();
                    kernel.listener().operationBegins(core, local[slot], name);
                })
                .call(form.operation(call.operation()), slot, argument)
                .compute("(back)", (core, local) -> {
                    kernel.listener().operationEnds(core, local[slot], name, core.register(Core.RAX));
                    local[slot] = 0;
                    local[argument] = 0;
                    core.setRegister(Core.RAX, 0);
                });
    }
}
