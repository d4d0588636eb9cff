package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.check.EveryWaitEnds;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.KernelBug;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.protocol.PatchProtocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A patching machine without time, for explorations: core 0 patches, each other core calls functions that run through the places,
 * a few times, and halts. Every oracle that needs no time is on.
 *
 * <p>The functions of the places are dealt out: core 1 calls the first {@code passes} of them, core 2 the next, and so on, around
 * and around.
 *
 * @param cores 2 to {@value #MAX_CORES} with the one that patches
 * @param passes how many calls each of the others makes, at least 1
 * @param without oracles that are not asked, by name
 * @param nmis how many NMIs may arrive at each core, the patching one included; each calls a function of a place, too
 */
public record PatchModel(
        PatchTarget target,
        PatchProtocol protocol,
        Refs refs,
        FetchMode fetchMode,
        int cores,
        int passes,
        int nmis,
        Set<String> without)
        implements MachineModel {
    /** The most cores that an exploration takes. */
    public static final int MAX_CORES = 1024;

    /** Leads around the rare path of a generated function; any other number would do. */
    private static final long ARGUMENT = 0x70;

    private static final int REGISTERS = 16;

    /** One in which every oracle is asked. */
    public PatchModel(
            PatchTarget target,
            PatchProtocol protocol,
            Refs refs,
            FetchMode fetchMode,
            int cores,
            int passes,
            int nmis) {
        this(target, protocol, refs, fetchMode, cores, passes, nmis, Set.of());
    }

    public PatchModel {
        without = Set.copyOf(without);
        if (cores < 2 || cores > MAX_CORES) {
            throw new IllegalArgumentException("2 to " + MAX_CORES + " cores, not " + cores);
        }
        if (passes < 1 || nmis < 0) {
            throw new IllegalArgumentException(passes + " passes and " + nmis + " NMIs");
        }
    }

    @Override
    public Model start(Chooser staleBytes) {
        return running(staleBytes, List.of());
    }

    /** The same, and somebody is told what happens besides the oracles; before them. */
    Model.Source observedBy(PatchListener observer) {
        return staleBytes -> running(staleBytes, List.of(observer));
    }

    private Running running(Chooser staleBytes, List<PatchListener> observers) {
        PatchMachine host = new PatchMachine(target, cores, fetchMode, staleBytes);
        List<Oracle> oracles =
                Oracles.of(target.places(), protocol.intermediates(), PokeArray.of(refs, host.layout()), cores).stream()
                        .filter(oracle -> !without.contains(oracle.getClass().getSimpleName()))
                        .toList();
        List<PatchListener> all = new ArrayList<>(observers);
        all.addAll(oracles);
        BatchContext context = host.connect(refs, KernelCosts.NONE, all);
        if (nmis > 0) {
            host.handle(Machine.NMI, nmi());
        }
        Routine patcher = halting(host.patcher(protocol, context).fence());
        Routine worker = worker();
        for (int id = 0; id < cores; id++) {
            host.start(id, id == PatchMachine.PATCHER ? patcher : worker);
        }
        return new Running(host, List.of(patcher, worker), oracles);
    }

    private static Routine halting(Routine.Builder b) {
        return b.label("halt").then(new Halt()).jump("halt").build();
    }

    private Routine worker() {
        Routine.Builder b = Routine.named("worker");
        int pass = b.local();
        b.label("pass");
        call(b, (core, local) -> (core.id() - 1) * passes + local[pass]);
        b.compute("next pass", (core, local) -> local[pass]++)
                .jumpIf("more passes", (core, local) -> local[pass] < passes, "pass");
        return halting(b);
    }

    /** Appends a call of the function of a place. */
    private void call(Routine.Builder b, Routine.Value place) {
        int function = b.local();
        b.compute("choose a function", (core, local) -> {
                    local[function] = target.entries()
                            .get((int) (place.of(core, local) % target.entries().size()));
                    core.setRegister(Core.RDI, KernelLayout.scratch(core.id()));
                    core.setRegister(Core.RSI, ARGUMENT);
                })
                .callGuest((core, local) -> local[function]);
    }

    private Routine nmi() {
        Routine.Builder b = Routine.named("nmi");
        b.interruptEntry(0, 0);
        int[] saved = new int[REGISTERS];
        for (int i = 0; i < REGISTERS; i++) {
            saved[i] = b.local();
        }
        b.act("save registers", (core, local) -> {
            for (int i = 0; i < REGISTERS; i++) {
                local[saved[i]] = core.register(i);
            }
        });
        call(b, (core, local) -> core.id());
        return b.act("restore registers", (core, local) -> {
                    for (int i = 0; i < REGISTERS; i++) {
                        core.setRegister(i, local[saved[i]]);
                    }
                })
                .interruptReturn(0)
                .build();
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

    @Override
    public MachineModel smallest() {
        return new PatchModel(target.first(1), protocol, refs, fetchMode, 2, 1, 0);
    }

    /** The image, the places, the machine's routines step by step, the initial registers. */
    @Override
    public String digest() {
        Running running = running(count -> 0, List.of());
        List<String> texts = new ArrayList<>();
        texts.add(target.places() + " " + target.entries() + " " + cores + " " + passes + " " + nmis);
        texts.add(fetchMode.optionName() + " " + refs.name() + " " + new TreeSet<>(without));
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
        return Oracles.names().contains(first)
                ? first
                : first.equals("nothing can happen") ? EveryWaitEnds.class.getSimpleName() : Oracles.BUG;
    }

    private final class Running implements Model {
        private final PatchMachine host;
        private final List<Routine> routines;
        private final List<Oracle> oracles;
        private @Nullable Violation violation;

        Running(PatchMachine host, List<Routine> routines, List<Oracle> oracles) {
            this.host = host;
            this.routines = routines;
            this.oracles = oracles;
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
            return nmis;
        }

        /** A core's stack, scratch area and per-CPU data, but not the reference count there. */
        @Override
        public int owner(long address) {
            if (!Address.isWithin(
                    address, KernelLayout.perCpu(0), KernelLayout.perCpu(cores) - KernelLayout.perCpu(0))) {
                return SHARED;
            }
            int core = KernelLayout.coreOf(address);
            long offset = address - KernelLayout.perCpu(core);
            return offset >= KernelLayout.REFS && offset < KernelLayout.CALL_COUNT ? SHARED : core;
        }

        @Override
        public int writer(long address) {
            return isPatcherData(address) ? PatchMachine.PATCHER : owner(address);
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
            return core != PatchMachine.PATCHER;
        }

        @Override
        public @Nullable String violation() {
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
