package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.patcher.check.EveryWaitEnds;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.FetchAddRefs;
import dev.pokesim.patcher.kernel.GracePeriod;
import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.KernelBug;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.OnlineCores;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.SyncCores;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.kernel.TrapHandler;
import dev.pokesim.patcher.kernel.TrapSites;
import dev.pokesim.patcher.proof.Coverage;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.proof.RunLink;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchStep;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A patching machine without time, for explorations: core 0 patches, each other core calls functions that run through the places,
 * a few times, and halts. Every oracle that needs no time is on.
 *
 * <p>The functions of the places are dealt out: core 1 calls the first {@code passes} of them, core 2 the next, and so on, around
 * and around.
 *
 * <p>A {@link RunLink} holds every run against the proof, if there is one of such runs.
 *
 * @param cores 2 to {@value #MAX_CORES} with the one that patches
 * @param passes how many calls each of the others makes, at least 1
 * @param nmis how many NMIs may arrive at each core, the patching one included; each calls a function of a place, too
 * @param surroundings what else is going on
 */
public record PatchModel(
        PatchTarget target,
        PatchProtocol protocol,
        Refs refs,
        FetchMode fetchMode,
        int cores,
        int passes,
        int nmis,
        Surroundings surroundings)
        implements MachineModel {
    /** The most cores that an exploration takes. */
    public static final int MAX_CORES = 1024;

    /** Leads around the rare path of a generated function; any other number would do. */
    private static final long ARGUMENT = 0x70;

    private static final int REGISTERS = 16;
    private static final int DESCRIPTOR_SIZE_BYTES = 16;

    /** The vector of a device whose interrupts hit the patching core. */
    private static final int DEVICE_VECTOR = 0x22;

    /** The kernel's patcher, alone with the cores that execute the places. */
    public PatchModel(
            PatchTarget target,
            PatchProtocol protocol,
            Refs refs,
            FetchMode fetchMode,
            int cores,
            int passes,
            int nmis) {
        this(target, protocol, refs, fetchMode, cores, passes, nmis, Surroundings.NONE);
    }

    public PatchModel {
        if (cores < 2 || cores > MAX_CORES) {
            throw new IllegalArgumentException("2 to " + MAX_CORES + " cores, not " + cores);
        }
        if (passes < 1 || nmis < 0) {
            throw new IllegalArgumentException(passes + " passes and " + nmis + " NMIs");
        }
    }

    /** Of a kernel's places the first. */
    @Override
    public PatchModel smallest() {
        return surroundings.isSequence()
                ? new PatchModel(target, protocol, refs, fetchMode, 2, passes, 0, surroundings)
                : new PatchModel(target.first(1), protocol, refs, fetchMode, 2, 1, 0);
    }

    @Override
    public Model start(Chooser staleBytes) {
        return running(staleBytes, List.of(), null, host -> {});
    }

    @Override
    public Model.Source observedBy(PatchListener observer) {
        return staleBytes -> running(staleBytes, List.of(observer), null, host -> {});
    }

    @Override
    public List<TraceHeader.Symbol> data() {
        return RunTrace.data(refs, PatchMachine.layout(target, cores));
    }

    @Override
    public List<Long> counters() {
        return LongStream.of(refs.counters(PatchMachine.layout(target, cores)))
                .boxed()
                .toList();
    }

    /** The same, and each state that it comes to is looked up among those of the proof: in none of them it must not be. */
    public Model.Source coveredBy(Coverage coverage) {
        return staleBytes -> running(staleBytes, List.of(), coverage, host -> {});
    }

    /** The same with something wrong in the machine. */
    Model.Source withFault(Consumer<PatchMachine> fault) {
        return staleBytes -> running(staleBytes, List.of(), null, fault);
    }

    /**
     * What a proof about such a machine is about.
     *
     * @return null if there is none, because proofs do not know these references or this handler, or if runs are not to be compared
     *     with it: it is one of those {@code without}
     */
    public @Nullable ProofSetup proved() {
        boolean isKnown = !surroundings.isSequence()
                && protocol.handler().equals(TrapHandler.KERNEL)
                && !(refs instanceof FetchAddRefs);
        return isKnown && !surroundings.without().contains(RunLink.NAME)
                ? ProofSetup.of(protocol, ProofSetup.batches(target.places()), cores, refs.isPerCore(), fetchMode)
                : null;
    }

    private Running running(
            Chooser staleBytes,
            List<PatchListener> observers,
            @Nullable Coverage coverage,
            Consumer<PatchMachine> fault) {
        PatchMachine host = new PatchMachine(target, cores, fetchMode, staleBytes);
        List<Oracle> oracles = oracles(host).stream()
                .filter(oracle ->
                        !surroundings.without().contains(oracle.getClass().getSimpleName()))
                .toList();
        List<PatchListener> all = new ArrayList<>(observers);
        all.addAll(oracles);
        ProofSetup proved = proved();
        RunLink link = proved == null
                ? null
                : new RunLink(
                        proved,
                        PokeArray.of(refs, host.layout()),
                        host.layout(),
                        host.memory().history());
        if (link != null) {
            link.cover(nmisOfEach() > 0, coverage);
            all.add(link); // last: who knows what is wrong speaks first
        }
        BatchContext context = host.connect(
                refs,
                KernelCosts.NONE,
                all,
                protocol.handler(),
                new TrapSites(ownPlaces(), surroundings.ofOthers(), handlerCode()),
                surroundings.has(Company.LATE_CORE) ? OnlineCores.MASK : OnlineCores.ALL);
        if (nmisOfEach() > 0) {
            host.handle(Machine.NMI, interrupt("nmi", this::callOne));
        }
        if (!deviceInterrupts().isEmpty()) {
            host.handle(DEVICE_VECTOR, interrupt("device interrupt", this::callAll));
        }
        if (protocol.steps().stream().anyMatch(step -> step instanceof PatchStep.Sync sync && !sync.flushes())) {
            host.handle(SyncCores.VECTOR_KEEPING_TEXT, SyncCores.handlerKeepingText(KernelCosts.NONE));
        }
        initialise(host.memory());
        fault.accept(host);
        Routine.Builder patching = surroundings.isSequence()
                ? host.patcher("patcher", protocol, context, surroundings.ownBatches())
                : host.patcher(protocol, context);
        List<Routine> routines = new ArrayList<>();
        for (int id = 0; id < cores; id++) {
            routines.add(
                    id == PatchMachine.PATCHER
                            ? halting(patching.fence())
                            : isRival(id)
                                    ? halting(rival(host, context).fence())
                                    : id > 1 && !isSpecial(id) ? routines.get(1) : worker(isSpecial(id)));
            host.start(id, routines.get(id));
        }
        if (refs.isOnStack()) {
            host.machine().core(PatchMachine.PATCHER).setRegister(Core.RSP, KernelLayout.STACK_DESCRIPTOR);
        }
        return new Running(host, routines.stream().distinct().toList(), oracles, link);
    }

    /** How many NMIs may arrive at a core; where they are part of the surroundings one at least. */
    private int nmisOfEach() {
        return surroundings.has(Company.NMI) ? Math.max(1, nmis) : nmis;
    }

    /** The second patcher. */
    private Routine.Builder rival(PatchMachine host, BatchContext context) {
        boolean isUnderMutex = surroundings.has(Company.RIVAL_PATCHER);
        return host.patcher(
                "rival",
                protocol,
                isUnderMutex ? context : context.withoutMutex(),
                surroundings
                        .batches()
                        .subList(
                                surroundings.ownBatches().size(),
                                surroundings.batches().size()));
    }

    private boolean isRival(int core) {
        return core == cores - 1 && surroundings.hasRival();
    }

    /** One hits a patching core where its interrupts are on. */
    private List<Model.DeviceInterrupt> deviceInterrupts() {
        List<Model.DeviceInterrupt> all = new ArrayList<>();
        if (surroundings.has(Company.PATCHER_INTERRUPTED)) {
            all.add(new Model.DeviceInterrupt(PatchMachine.PATCHER, DEVICE_VECTOR));
        }
        if (surroundings.hasRival()) {
            all.add(new Model.DeviceInterrupt(cores - 1, DEVICE_VECTOR));
        }
        return all;
    }

    private List<Oracle> oracles(PatchMachine host) {
        PokeArray array = PokeArray.of(refs, host.layout());
        return surroundings.isSequence()
                ? Oracles.of(protocol, target.places(), array, cores)
                : Oracles.of(target.places(), array, cores);
    }

    /** The last core, if something singles it out. */
    private boolean isSpecial(int core) {
        return core == cores - 1 && (surroundings.has(Company.LATE_CORE) || surroundings.has(Company.RIVAL_SYNC));
    }

    private List<TextPokeLoc> ownPlaces() {
        return surroundings.isSequence() ? surroundings.batches().get(0) : List.of();
    }

    private void initialise(AddressSpace memory) {
        if (surroundings.has(Company.HANDLER_REGISTERED)) {
            memory.write(KernelLayout.HANDLER, 4, 1, 0);
        }
        for (int id = 0; id < cores; id++) {
            boolean isOnline = !(surroundings.has(Company.LATE_CORE) && isSpecial(id));
            memory.write(KernelLayout.perCpu(id) + KernelLayout.ONLINE, 4, isOnline ? 1 : 0, 0);
        }
    }

    private static Routine halting(Routine.Builder b) {
        return b.label("halt").then(new Halt()).jump("halt").build();
    }

    private Routine worker(boolean isSpecial) {
        Routine.Builder b = Routine.named(isSpecial ? "last worker" : "worker");
        if (isSpecial && surroundings.has(Company.LATE_CORE)) {
            OnlineCores.comeUp(b);
        }
        if (surroundings.has(Company.OTHERS_IDLE)) {
            return halting(b);
        }
        boolean isWaitedFor = protocol.steps().stream().anyMatch(PatchStep.AwaitReaders.class::isInstance);
        int pass = b.local();
        b.label("pass");
        if (isSpecial && surroundings.has(Company.RIVAL_SYNC)) {
            b.setInterruptsEnabled(false)
                    .sendIpi(SyncCores.VECTOR, (core, local) -> PatchMachine.PATCHER)
                    .awaitAnswers()
                    .setInterruptsEnabled(true);
        }
        if (isWaitedFor) {
            GracePeriod.enter(b);
        }
        call(b, (core, local) -> function(core.id(), (int) local[pass]));
        if (isWaitedFor) {
            GracePeriod.leave(b);
        }
        b.compute("next pass", (core, local) -> local[pass]++)
                .jumpIf("more passes", (core, local) -> local[pass] < passes(core.id()), "pass");
        return halting(b);
    }

    /** Which function a core calls in one of its passes, by number. */
    private int function(int core, int pass) {
        List<List<Integer>> visits = surroundings.visits();
        return visits.isEmpty() ? (core - 1) * passes + pass : visits.get(core).get(pass);
    }

    private int passes(int core) {
        List<List<Integer>> visits = surroundings.visits();
        return visits.isEmpty() ? passes : visits.get(core).size();
    }

    /** The same with cores that call certain functions; each at least one. */
    PatchModel visiting(List<List<Integer>> functions) {
        return new PatchModel(target, protocol, refs, fetchMode, cores, passes, nmis, surroundings.visiting(functions));
    }

    /** Appends a call of the function of a place. */
    private void call(Routine.Builder b, Routine.Value place) {
        int function = b.scratch("function");
        b.compute("choose a function", (core, local) -> {
                    local[function] = target.entries()
                            .get((int) (place.of(core, local) % target.entries().size()));
                    core.setRegister(Core.RDI, KernelLayout.scratch(core.id()));
                    core.setRegister(Core.RSI, ARGUMENT);
                    if (surroundings.isSequence()) { // what stands behind a place takes the stack back as it was
                        core.setRegister(ScenarioModel.STACK_KEEPER, core.register(Core.RSP) - Long.BYTES);
                    }
                })
                .callGuest((core, local) -> local[function]);
    }

    private void callOne(Routine.Builder b) {
        call(b, (core, local) -> core.id());
    }

    private void callAll(Routine.Builder b) {
        for (int i = 0; i < target.entries().size(); i++) {
            int entry = i;
            call(b, (core, local) -> entry);
        }
    }

    /** The handler of an interrupt that runs through places. */
    private static Routine interrupt(String name, Consumer<Routine.Builder> body) {
        Routine.Builder b = Routine.named(name);
        b.interruptEntry(0, 0);
        savingRegisters(b, body);
        return b.interruptReturn(0).build();
    }

    private static void savingRegisters(Routine.Builder b, Consumer<Routine.Builder> body) {
        int[] saved = new int[REGISTERS];
        for (int i = 0; i < REGISTERS; i++) {
            saved[i] = b.local();
        }
        b.act("save registers", (core, local) -> {
            for (int i = 0; i < REGISTERS; i++) {
                local[saved[i]] = core.register(i);
            }
        });
        body.accept(b);
        b.act("restore registers", (core, local) -> {
            for (int i = 0; i < REGISTERS; i++) {
                core.setRegister(i, local[saved[i]]);
            }
        });
    }

    /** What an INT3 handler runs that has the places in it; null if it does not. */
    private @Nullable Routine handlerCode() {
        if (!protocol.handler().steps().contains(HandlerStep.RUN_SITES)) {
            return null;
        }
        Routine.Builder b = Routine.named("code with sites");
        savingRegisters(b, this::callAll);
        return b.ret().build();
    }

    @Override
    public String patcher() {
        return protocol.name();
    }

    @Override
    public String description() {
        return protocol.description();
    }

    @Override
    public String counting() {
        return refs.name();
    }

    /** The image, the places, the machine's routines step by step, the initial registers. */
    @Override
    public String digest() {
        Running running = running(count -> 0, List.of(), null, host -> {});
        List<String> texts = new ArrayList<>();
        texts.add(target.places() + " " + target.entries() + " " + cores + " " + passes + " " + nmis);
        texts.add(fetchMode.optionName() + " " + refs.name() + " " + surroundings);
        running.routines.forEach(routine -> texts.add(routine.listing()));
        running.host.routines().forEach(routine -> texts.add(routine.listing()));
        return ModelDigest.of(target.image(), texts.toArray(String[]::new));
    }

    /**
     * The property that a violation of such a model is about.
     *
     * @param violation as an exploration reports it
     * @return the name of its class in {@code check}; {@code NoBug} for a BUG of the kernel or a crash of the guest
     */
    public static String oracleOf(String violation) {
        int colon = violation.indexOf(':');
        String first = colon < 0 ? "" : violation.substring(0, colon);
        return Oracles.names().contains(first) || first.equals(RunLink.NAME)
                ? first
                : first.equals("nothing can happen") || first.equals("livelock")
                        ? EveryWaitEnds.class.getSimpleName()
                        : Oracles.BUG;
    }

    private final class Running implements Model {
        private final PatchMachine host;
        private final List<Routine> routines;
        private final List<Oracle> oracles;
        private final @Nullable RunLink link;
        private @Nullable Violation violation;

        Running(PatchMachine host, List<Routine> routines, List<Oracle> asked, @Nullable RunLink link) {
            this.host = host;
            this.routines = routines;
            this.link = link;
            oracles = new ArrayList<>(asked);
            if (link != null) {
                oracles.add(link);
            }
            oracles.forEach(oracle -> oracle.reportTo(this::violated));
        }

        private void violated(Violation first) {
            violation = violation == null ? first : violation;
        }

        @Override
        public Machine machine() {
            return host.machine();
        }

        @Override
        public List<Routine> routines() {
            return routines;
        }

        @Override
        public boolean isDone(Core core) {
            return core.isHalted();
        }

        @Override
        public int nmis(int core) {
            return nmisOfEach();
        }

        @Override
        public int nmisInAll() {
            return nmis == 0 ? 1 : Integer.MAX_VALUE;
        }

        /** A core's stack, scratch area and per-CPU data, but not the reference count there. */
        @Override
        public int owner(long address) {
            if (refs.isOnStack() && Address.isWithin(address, KernelLayout.STACK_DESCRIPTOR, DESCRIPTOR_SIZE_BYTES)) {
                return SHARED;
            }
            if (!Address.isWithin(
                    address, KernelLayout.perCpu(0), KernelLayout.perCpu(cores) - KernelLayout.perCpu(0))) {
                return SHARED;
            }
            return KernelLayout.isSharedPerCpu(address) ? SHARED : KernelLayout.coreOf(address);
        }

        @Override
        public int writer(long address) {
            return isPatcherData(address) ? surroundings.hasRival() ? SHARED : PatchMachine.PATCHER : owner(address);
        }

        /** The array and what belongs to it, the mutex, where per-CPU data is, the key, and the text. */
        private boolean isPatcherData(long address) {
            return host.layout().isKernelData(address) && !refs.isCounter(address & -Integer.BYTES, host.layout())
                    || host.layout().isPoking(address)
                    || Address.isWithin(address, target.key(), 4)
                    || target.image().segments().stream()
                            .anyMatch(segment -> segment.executable()
                                    && !segment.writable()
                                    && Address.isWithin(address, segment.address(), segment.sizeBytes()));
        }

        @Override
        public boolean takesIpis(int core) {
            return core != PatchMachine.PATCHER
                    || surroundings.has(Company.RIVAL_SYNC)
                    || surroundings.hasRival()
                    || surroundings.has(Company.PATCHER_INTERRUPTED);
        }

        @Override
        public List<DeviceInterrupt> deviceInterrupts() {
            return PatchModel.this.deviceInterrupts();
        }

        @Override
        public @Nullable String violation() {
            if (link != null) {
                link.reached(host.machine().core(PatchMachine.PATCHER));
            }
            return violation == null ? null : violation.oracle() + ": " + violation.what();
        }

        @Override
        public @Nullable String failure(RuntimeException thrown) {
            return thrown instanceof KernelBug ? Oracles.BUG + ": " + thrown.getMessage() : null;
        }

        @Override
        public void save(StateWriter out) {
            oracles.forEach(oracle -> oracle.save(out));
        }

        @Override
        public void restore(StateReader in) {
            violation = null;
            oracles.forEach(oracle -> oracle.restore(in));
        }
    }
}
