package dev.pokesim.bpf.workload;

import dev.pokesim.bpf.check.AsyncOracle;
import dev.pokesim.bpf.check.AsyncOracles;
import dev.pokesim.bpf.check.FreedOnce;
import dev.pokesim.bpf.check.InactiveWhenFreed;
import dev.pokesim.bpf.check.NeverWaitsForItself;
import dev.pokesim.bpf.check.NoUseAfterFree;
import dev.pokesim.bpf.check.RefsBalanced;
import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.form.AsyncRoutines;
import dev.pokesim.bpf.form.LatchAsync;
import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.primitive.Hrtimer;
import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.bpf.primitive.KernelListeners;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.primitive.KernelTime;
import dev.pokesim.bpf.primitive.NmiState;
import dev.pokesim.bpf.primitive.PrimitiveCosts;
import dev.pokesim.bpf.primitive.Rcu;
import dev.pokesim.bpf.primitive.Workqueue;
import dev.pokesim.bpf.workload.TimerWorkload.Choice;
import dev.pokesim.emulator.coherence.Contention;
import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.core.StoreBuffer;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.MachineObserver;
import dev.pokesim.emulator.machine.ObserverPair;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.KernelBug;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.run.PatchingCore;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A run in simulated time. Cores 0 and on work, the last two are the threads for grace periods and for works. The
 * properties about memory, counts and locks are watched; what is asked at an end only is not, because such a run is cut off.
 *
 * <p>Where text is patched, core 0 does that, and every program begins with a function through one of the sites, whatever context it
 * runs in; then the properties of a patching run are watched as well.
 */
public final class TimedRun {
    /** The program that every timer calls. */
    private static final int CALLBACK = 1;
    /** Timers expire up to 50 us after their start. */
    private static final int MAX_EXPIRY_NS = 50_000;
    /** Assumption: what a program does around one call, and the call, in instructions. */
    private static final int OPERATION_INSTRUCTIONS = 100;

    /** How often progress is reported: 100 us of simulated time. */
    private static final long PROGRESS_PS = 100_000_000L;

    private static final long PS_PER_US = 1_000_000L;

    private final RunSetup setup;
    private final Machine machine;
    private final TimedMachine timed;
    private final Kernel kernel;
    private final AsyncRoutines form;
    private final Figures figures;
    private final CommandFigures commands;
    private final SeededRandom random;
    private final SeededRandom nmiRandom;
    private final long[] nextNmiPs;
    private final @Nullable PatchingCore patching;
    private @Nullable Violation violation;

    private TimedRun(RunSetup setup) {
        this.setup = setup;
        int all = setup.cores() + 2;
        PatchingCore.Setup text = setup.patching();
        patching = text == null
                ? null
                : new PatchingCore(text, all, setup.profile(), SeededRandom.of(setup.seed(), "stale bytes"));
        AddressSpace memory = patching == null ? new AddressSpace() : patching.memory();
        KernelMemory.mapForReuse(memory, all);
        for (int number = 1; number <= KernelMemory.PROGRAMS; number++) {
            memory.write(KernelMemory.program(number), 4, 1, 0); // its loader's
        }
        SeededRandom choices = SeededRandom.of(setup.seed(), "kernel");
        machine = patching == null ? new Machine(memory, all, FetchMode.COHERENT, choices) : patching.machine();
        timed = new TimedMachine(
                machine,
                setup.profile(),
                new Contention(Contention.UNORDERED, 0),
                SeededRandom.of(setup.seed(), "service order"));
        random = SeededRandom.of(setup.seed(), "workload");
        nmiRandom = SeededRandom.of(setup.seed(), "NMIs");
        nextNmiPs = new long[setup.cores()];
        figures = new Figures(setup.cores());
        commands = new CommandFigures(setup.form() instanceof LatchAsync, all);
        List<KernelListener> listeners = new ArrayList<>();
        for (AsyncOracle oracle : oracles()) {
            oracle.reportTo(this::violated);
            listeners.add(oracle);
        }
        listeners.add(figures);
        listeners.add(commands);
        Kernel bare = new Kernel(new KernelListeners(listeners), choices, false, new Time(choices));
        kernel = setup.workload().tracepoint().isEmpty()
                ? bare
                : bare.withTracepoint(tracepoint(setup.form().routines(bare)));
        form = setup.form().routines(kernel);
    }

    /** Is told how far a run is, and may end it. */
    public interface Progress {
        /**
         * @return whether to go on
         */
        boolean reached(long simulatedPs);
    }

    /** Runs one to its end, to its first violation, or until somebody does not want to go on. */
    public static RunReport execute(RunSetup setup, Progress progress) {
        return new TimedRun(setup).run(progress);
    }

    /** Those whose memory does not grow with the run. */
    private static List<AsyncOracle> oracles() {
        return List.of(
                new NoUseAfterFree(),
                new InactiveWhenFreed(),
                new FreedOnce(),
                new RefsBalanced(),
                new NeverWaitsForItself());
    }

    /** What is watched, one statement each. */
    public static List<String> properties() {
        return oracles().stream().map(AsyncOracle::property).toList();
    }

    /** What is assumed besides the profile's constants, one statement each. */
    public static List<String> assumptions() {
        return List.of(
                "a program's call is " + OPERATION_INSTRUCTIONS
                        + " instructions besides what the operation does; loads that hit are part of them",
                "timers expire 0 to 50 us after their start, uniformly; their queue is a list, not a tree",
                "works are done one after the other by a thread on a core of its own, which looks for some every 5 us",
                "NMIs of a core are a Poisson process; one that comes during another one waits for its end",
                "a grace period ends when its readers have ended; its thread looks every 5 us, a kernel's takes milliseconds",
                "waiting requests for a line are served in random order");
    }

    /** What is assumed besides that where text is patched. */
    public static List<String> assumptions(PatchingCore.Setup text) {
        return List.of(
                "each program begins with a function through one of the sites, any of them; the sites are flipped once, from "
                        + text.startPs() / PS_PER_US + " us on",
                "text is fetched as stale as fetch mode " + text.fetchMode().optionName() + " allows",
                "an NMI that an INT3 lets into another one is left to that one, which begins again");
    }

    private RunReport run(Progress progress) {
        Routine callback = callback();
        machine.handle(IrqWork.VECTOR, setup.form().irqWorkHandler(kernel, form.irqWorkFunctions()));
        machine.handle(Hrtimer.VECTOR, Hrtimer.handler(kernel, AsyncCb.timerCallback(kernel, List.of(callback))));
        machine.handle(Machine.NMI, nmi());
        boot();
        MachineObserver observer = kernel.listener();
        if (patching != null) {
            observer = new ObserverPair(patching.start(timed, this::violated), observer);
        }
        List<Routine> tasks = setup.workload().tasks().stream().map(this::task).toList();
        int first = patching == null ? 0 : PatchingCore.ID + 1;
        for (int id = 0; id < setup.cores(); id++) {
            if (id >= first) {
                start(id, tasks.get(Math.min(id - first, tasks.size() - 1)));
            }
            if (!setup.workload().nmi().isEmpty()) {
                raiseNextNmi(id, 0);
            }
        }
        start(setup.cores(), Rcu.thread(kernel, form.rcuFunctions()));
        List<Routine> works = new ArrayList<>(List.of(AsyncCb.workCallback(kernel, List.of(callback))));
        works.addAll(form.workFunctions());
        start(setup.cores() + 1, Workqueue.thread(kernel, works));
        machine.observe(observer);
        look(progress);
        try {
            if (!timed.run()) {
                violated(broken(AsyncOracles.DEADLOCK, "something can happen until all is done", "nothing can happen"));
            }
        } catch (KernelBug | GuestCrash crash) {
            violated(broken(AsyncOracles.FAULT, "no wild pointers", String.valueOf(crash.getMessage())));
        }
        long elapsedPs = Math.max(1, Math.min(timed.nowPs(), setup.durationPs()));
        return new RunReport(
                setup,
                elapsedPs,
                figures.measured(setup, elapsedPs, timed.updates(), timed.transfers(), commands.measured()),
                violation,
                patching == null ? null : patching.report(timed));
    }

    private void look(Progress progress) {
        timed.alarmAt(Math.min(timed.nowPs() + PROGRESS_PS, setup.durationPs()), () -> {
            if (patching != null) {
                patching.look(timed.nowPs());
            }
            if (timed.nowPs() >= setup.durationPs() || !progress.reached(timed.nowPs())) {
                timed.stop();
            } else {
                look(progress);
            }
        });
    }

    private Violation broken(String oracle, String property, String what) {
        return new Violation(oracle, property, 0, timed.nowPs(), what);
    }

    private void violated(Violation first) {
        if (violation == null) {
            violation = first;
            timed.stop();
        }
    }

    private void start(int id, Routine routine) {
        enter(id, routine);
        timed.start(id, 0);
    }

    private void enter(int id, Routine routine) {
        Core core = machine.core(id);
        KernelLayout.prepare(core);
        core.flags().setValue(Routine.FLAGS_INTERRUPTS_ON);
        core.enterRoutine(routine);
    }

    /** Cores set the timers up in turn, before time begins: so their bases are all over the machine, as later on. */
    private void boot() {
        for (int number = 0; number < setup.timers(); number++) {
            long slot = KernelMemory.slot(number);
            Core core = machine.core(number % setup.cores());
            enter(core.id(), create(slot));
            StoreBuffer stores = Objects.requireNonNull(core.storeBuffer());
            while (core.depth() > 0) {
                machine.perform(core, machine.next(core));
                while (!stores.isEmpty()) {
                    machine.drain(core);
                }
            }
            figures.exists(slot, machine.memory().read(slot, Long.BYTES));
        }
    }

    private Routine create(long slot) {
        Routine.Builder b = Routine.named("boot");
        int address = b.local();
        int kind = b.local();
        int program = b.local();
        return b.compute("slot", (core, local) -> {
                    local[address] = slot;
                    local[kind] = setup.workload().kind().ordinal();
                    local[program] = CALLBACK;
                })
                .call(form.operation(Operation.INIT), address, kind)
                .call(form.operation(Operation.SET_CALLBACK), address, program)
                .ret()
                .build();
    }

    // ---- what runs

    private Routine task(List<Choice> choices) {
        Routine.Builder b = Routine.named("task");
        if (choices.isEmpty()) {
            return b.label("halt").then(new Halt()).jump("halt").build();
        }
        int slot = b.local();
        b.label("work").delay("work", core -> random.nextExponential(setup.workGapPs()));
        if (setup.irqsOffPs() > 0) {
            b.setInterruptsEnabled(false)
                    .delay("irqs off", core -> setup.irqsOffPs())
                    .setInterruptsEnabled(true);
        }
        Rcu.readLock(b);
        b.compute("(any timer)", (core, local) -> local[slot] = anyTimer());
        program(b, form, choices, slot);
        Rcu.readUnlock(b, kernel);
        return b.jump("work").build();
    }

    private Routine nmi() {
        Routine.Builder b = Routine.named("nmi");
        b.interruptEntry(kernel.costs().interruptEntryPs(), 0);
        int slot = b.local();
        b.act("(the next one)", (core, local) -> raiseNextNmi(core.id(), core.timePs()));
        NmiState.enter(b, "leave");
        b.label("again");
        Rcu.readLock(b);
        b.compute("(any timer)", (core, local) -> local[slot] = anyTimer());
        program(b, form, setup.workload().nmi(), slot);
        Rcu.readUnlock(b, kernel);
        NmiState.leave(b, "again");
        return b.label("leave")
                .interruptReturn(kernel.costs().interruptExitPs())
                .build();
    }

    /** Called with the lock of a base or of the pool held, by a reader. Its own operations call no such program. */
    private Routine tracepoint(AsyncRoutines withoutTracepoint) {
        Routine.Builder b = Routine.named("tracepoint");
        int slot = b.local();
        b.compute("(any timer)", (core, local) -> local[slot] = anyTimer());
        program(b, withoutTracepoint, setup.workload().tracepoint(), slot);
        return b.ret().build();
    }

    /** What a timer does with itself; nothing if it was deleted meanwhile. */
    private Routine callback() {
        Routine.Builder b = Routine.named("callback");
        int slot = b.local();
        b.compute("(this timer)", (core, local) -> {
                    figures.callbackBegins(core);
                    local[slot] = slotOf(figures.firing(core.id()));
                })
                .jumpIf("(deleted?)", (core, local) -> local[slot] == 0, "out");
        program(b, form, setup.workload().callback(), slot);
        return b.label("out").ret().build();
    }

    private long slotOf(long timer) {
        for (int number = 0; number < setup.timers(); number++) {
            long slot = KernelMemory.slot(number);
            if (machine.memory().read(slot, Long.BYTES) == timer - AsyncCb.TIMER) {
                return slot;
            }
        }
        return 0;
    }

    private long anyTimer() {
        return KernelMemory.slot(random.nextInt(setup.timers()));
    }

    /** Arrivals are a Poisson process, whatever the NMIs themselves take; one that comes during another one comes behind it. */
    private void raiseNextNmi(int id, long nowPs) {
        nextNmiPs[id] += nmiRandom.nextExponential(setup.nmiPeriodPs());
        timed.raiseAt(id, Machine.NMI, Math.max(nextNmiPs[id], nowPs));
    }

    /** Appends one of the choices, or none where they are not 100 % together. */
    private void program(Routine.Builder b, AsyncRoutines form, List<Choice> choices, int slot) {
        int dice = b.local();
        int argument = b.local();
        enter(b);
        b.compute("(choose)", (core, local) -> local[dice] = random.nextInt(100));
        int below = 0;
        for (int i = 0; i < choices.size(); i++) {
            below += choices.get(i).percent();
            int bound = below;
            String other = "other-than-" + i;
            b.jumpIf("(another one?)", (core, local) -> local[dice] >= bound, other);
            choices.get(i).operations().forEach(operation -> call(b, form, operation, slot, argument));
            b.jump("chosen").label(other);
        }
        b.label("chosen");
    }

    /** Appends the way into a program: text through one of the sites, where there are any. */
    private void enter(Routine.Builder b) {
        PatchingCore.Setup text = setup.patching();
        if (text == null) {
            return;
        }
        List<Long> functions = text.target().entries();
        int function = b.local();
        b.compute("(any function)", (core, local) -> {
                    local[function] = functions.get(random.nextInt(functions.size()));
                    core.setRegister(Core.RDI, KernelLayout.scratch(core.id()));
                    core.setRegister(Core.RSI, random.nextLong());
                })
                .callGuest((core, local) -> local[function])
                .compute("(back)", (core, local) -> core.setRegister(Core.RAX, 0));
    }

    private void call(Routine.Builder b, AsyncRoutines form, Operation operation, int slot, int argument) {
        long costPs = OPERATION_INSTRUCTIONS * setup.profile().guestInstructionPs();
        b.compute(operation.toString(), costPs, (core, local) -> {
                    commands.begins(core);
                    local[argument] = argumentOf(operation);
                })
                .call(form.operation(operation), slot, argument)
                .compute("(back)", (core, local) -> {
                    figures.finished(core, operation, core.register(Core.RAX));
                    commands.finished(core, operation, core.register(Core.RAX));
                    core.setRegister(Core.RAX, 0);
                });
    }

    private long argumentOf(Operation operation) {
        return switch (operation) {
            case START -> random.nextInt(MAX_EXPIRY_NS + 1);
            case SET_CALLBACK -> CALLBACK;
            case INIT -> setup.workload().kind().ordinal();
            case CANCEL, CANCEL_ASYNC, CANCEL_AND_FREE -> 0;
        };
    }

    /** The clock of the machine, and luck. */
    private final class Time implements KernelTime {
        private final PrimitiveCosts costs = PrimitiveCosts.of(setup.profile());
        private final SeededRandom luck;

        Time(SeededRandom luck) {
            this.luck = luck;
        }

        @Override
        public PrimitiveCosts costs() {
            return costs;
        }

        @Override
        public void interruptAt(int cpu, long atPs) {
            timed.setDeadline(cpu, Hrtimer.VECTOR, atPs);
        }

        @Override
        public boolean allocationFails() {
            return setup.failuresPerMillion() > 0 && luck.nextInt(1_000_000) < setup.failuresPerMillion();
        }
    }
}
