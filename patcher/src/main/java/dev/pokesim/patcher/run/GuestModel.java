package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.patcher.check.Oracle;
import dev.pokesim.patcher.check.Oracles;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.guest.GuestCores;
import dev.pokesim.patcher.guest.GuestKernel;
import dev.pokesim.patcher.guest.GuestProgram;
import dev.pokesim.patcher.guest.GuestStopped;
import dev.pokesim.patcher.guest.KernelMutation;
import dev.pokesim.patcher.guest.MemoryOwners;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.Listeners;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A kernel that patches itself, without time, for explorations: core 0 executes its static_key_enable() or static_key_disable(), each
 * other core calls its functions that have places and can be called, and traps into its INT3 handler. Every oracle that needs no time
 * is on.
 *
 * @param kernel booted
 * @param target some places of a key of its image, in the order of its jump table; the other sites of the key are marked as gone
 * @param mutation what the kernel does wrong
 * @param cores 2 to {@value PatchModel#MAX_CORES} with the one that patches
 * @param passes how many calls each of the others makes, at least 1
 */
public record GuestModel(
        GuestKernel kernel, PatchTarget target, KernelMutation mutation, FetchMode fetchMode, int cores, int passes)
        implements MachineModel {
    private static final int PATCHER = 0;

    public GuestModel {
        if (cores < 2 || cores > PatchModel.MAX_CORES || passes < 1) {
            throw new IllegalArgumentException(cores + " cores, " + passes + " passes");
        }
    }

    /**
     * Of the places of a key those that are patched: first those in functions that cores can call, the shortest function first, then
     * the others.
     *
     * @param key all places of a key
     * @param count 1 or more; all if there are fewer
     */
    public static PatchTarget places(GuestKernel kernel, PatchTarget key, int count) {
        List<Long> callable = GuestRun.callable(kernel, key);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < key.places().size(); i++) {
            order.add(i);
        }
        order.sort(Comparator.comparing(i -> {
            long function = key.entries().get(i);
            return callable.contains(function)
                    ? kernel.image().symbols().covering(function).orElseThrow().sizeBytes()
                    : Long.MAX_VALUE;
        }));
        Set<TextPokeLoc> chosen = new HashSet<>(); // only asked whether it contains
        order.stream().limit(count).map(key.places()::get).forEach(chosen::add);
        return key.only(chosen::contains);
    }

    @Override
    public Model start(Chooser staleBytes) {
        return new Running(staleBytes, List.of());
    }

    @Override
    public int nmis() {
        return 0;
    }

    @Override
    public String patcher() {
        return mutation.equals(KernelMutation.NONE) ? "the kernel" : "the kernel with " + mutation.word();
    }

    @Override
    public String description() {
        return mutation.description();
    }

    @Override
    public String counting() {
        return "as the kernel counts them";
    }

    @Override
    public Model.Source observedBy(PatchListener observer) {
        return staleBytes -> new Running(staleBytes, List.of(observer));
    }

    @Override
    public List<TraceHeader.Symbol> data() {
        return RunTrace.data(kernel);
    }

    @Override
    public List<Long> counters() {
        return kernel.pokeArray().counters();
    }

    @Override
    public MachineModel smallest() {
        return new GuestModel(kernel, places(kernel, target, 1), mutation, fetchMode, 2, 1);
    }

    @Override
    public String digest() {
        return ModelDigest.of(
                kernel.image(),
                target.places() + " " + target.key() + " " + target.enable() + " " + cores + " " + passes,
                fetchMode.optionName() + " " + mutation.word(),
                "");
    }

    @Override
    public List<String> read(List<String> microOps) {
        return new GuestWords(kernel.image()).of(microOps);
    }

    @Override
    public String read(String violation) {
        return new GuestWords(kernel.image()).of(violation);
    }

    private final class Running implements Model {
        private final Machine machine;
        private final GuestCores guests;
        private final MemoryOwners owners;
        private final List<Routine> routines;
        private final List<Oracle> oracles;
        private @Nullable Violation violation;

        Running(Chooser staleBytes, List<PatchListener> observers) {
            AddressSpace memory = new AddressSpace();
            Set<Long> pages = new HashSet<>(); // only asked whether it contains
            Set<Long> addresses = new HashSet<>(); // as well
            for (TextPokeLoc place : target.places()) {
                addresses.add(place.address());
                pages.add(place.address() & -Frame.SIZE_BYTES);
                pages.add(place.address() + place.sizeBytes() - 1 & -Frame.SIZE_BYTES);
            }
            kernel.map(memory, cores, pages::contains);
            kernel.markGone(memory, target.key(), site -> !addresses.contains(site));
            GuestProgram.map(kernel, memory);
            machine = new Machine(memory, cores, fetchMode, staleBytes);
            oracles = Oracles.of(target.places(), kernel.pokeArray(), cores);
            oracles.forEach(oracle -> oracle.reportTo(this::violated));
            List<PatchListener> all = new ArrayList<>(observers);
            all.addAll(oracles);
            guests = GuestCores.install(
                    kernel, machine, PATCHER, KernelCosts.NONE, new Listeners(all, target.places()), mutation);
            owners = kernel.owners();
            Routine patcher = patcher();
            Routine worker = worker();
            routines = List.of(patcher, worker);
            for (int id = 0; id < cores; id++) {
                machine.core(id).enterRoutine(id == PATCHER ? patcher : worker);
            }
        }

        private void violated(Violation first) {
            violation = violation == null ? first : violation;
        }

        private Routine patcher() {
            Routine.Builder b = Routine.named("patcher");
            GuestCores.flip(b, kernel, target.key(), target.enable());
            return halting(b.fence());
        }

        private Routine worker() {
            List<Long> functions = GuestRun.callable(kernel, target);
            long argument = GuestProgram.argument(kernel);
            Routine.Builder b = Routine.named("worker");
            int pass = b.local();
            int function = b.local();
            b.label("pass")
                    .compute("choose a function", (core, local) -> {
                        long turn = (core.id() - 1L) * passes + local[pass];
                        local[function] = functions.get((int) (turn % functions.size()));
                        core.setRegister(Core.RDI, argument);
                    })
                    .callGuest((core, local) -> local[function])
                    .compute("next pass", (core, local) -> local[pass]++)
                    .jumpIf("more passes", (core, local) -> local[pass] < passes, "pass");
            return halting(b);
        }

        private static Routine halting(Routine.Builder b) {
            return b.label("halt").then(new Halt()).jump("halt").build();
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
            return core.isHalted();
        }

        @Override
        public int owner(long address) {
            return owners.owner(address);
        }

        @Override
        public int writer(long address) {
            return owners.writer(address);
        }

        @Override
        public boolean takesIpis(int core) {
            return core != PATCHER;
        }

        @Override
        public boolean isObserved(Core core, long rip) {
            return guests.isObserved(core, rip);
        }

        @Override
        public @Nullable String violation() {
            return violation == null ? null : violation.oracle() + ": " + violation.what();
        }

        @Override
        public @Nullable String failure(RuntimeException thrown) {
            return thrown instanceof GuestStopped ? Oracles.BUG + ": " + thrown.getMessage() : null;
        }

        @Override
        public void save(StateWriter out) {
            guests.save(out);
            oracles.forEach(oracle -> oracle.save(out));
        }

        @Override
        public void restore(StateReader in) {
            violation = null;
            guests.restore(in);
            oracles.forEach(oracle -> oracle.restore(in));
        }
    }
}
