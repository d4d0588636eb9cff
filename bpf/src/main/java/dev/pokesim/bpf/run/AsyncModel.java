package dev.pokesim.bpf.run;

import dev.pokesim.bpf.check.AsyncOracle;
import dev.pokesim.bpf.check.AsyncOracles;
import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.primitive.Hrtimer;
import dev.pokesim.bpf.primitive.Kernel;
import dev.pokesim.bpf.primitive.KernelListeners;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.emulator.core.Chooser;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.check.Violation;
import dev.pokesim.patcher.kernel.KernelBug;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A form and a scenario without time, for explorations.
 *
 * @param without oracles that are not asked, by name; all others are
 */
public record AsyncModel(AsyncForm form, Scenario scenario, Set<String> without) implements Model.Source {
    /** One in which every oracle is asked. */
    public AsyncModel(AsyncForm form, Scenario scenario) {
        this(form, scenario, Set.of());
    }

    public AsyncModel {
        without = Set.copyOf(without);
    }

    @Override
    public Model start(Chooser open) {
        List<AsyncOracle> oracles = oracles();
        Kernel kernel =
                new Kernel(new KernelListeners(oracles), open, scenario.has(Scenario.Option.ALLOCATIONS_MAY_FAIL));
        return new Running(new AsyncMachine(form, scenario, kernel), oracles);
    }

    /** New oracles for a run: those that the form promises to satisfy and that are not left out. */
    public List<AsyncOracle> oracles() {
        return AsyncOracles.all().stream()
                .filter(oracle -> !without.contains(oracle.getClass().getSimpleName()))
                .filter(oracle -> !form.notPromised().contains(oracle.getClass().getSimpleName()))
                .toList();
    }

    /**
     * What decides how a run can go, as a number: the routines step by step and who runs them. Two models with the same digest do the
     * same from the same schedule.
     *
     * @return SHA-256 as hexadecimal digits
     */
    public String digest() {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        List<Routine> all = new ArrayList<>();
        start(count -> 0).routines().forEach(routine -> addWithCallees(routine, all));
        StringBuilder text = new StringBuilder(scenario.toString()).append(new TreeSet<>(without));
        all.forEach(routine -> text.append(routine.listing()));
        return HexFormat.of().formatHex(digest.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    private static void addWithCallees(Routine routine, List<Routine> all) {
        if (!all.contains(routine)) {
            all.add(routine);
            routine.callees().forEach(callee -> addWithCallees(callee, all));
        }
    }

    /**
     * The property that a violation of such a model is about.
     *
     * @param violation as an exploration reports it
     * @return the name of its class in {@code check}, or one of the names in {@link AsyncOracles}
     */
    public static String oracleOf(String violation) {
        int colon = violation.indexOf(':');
        String first = colon < 0 ? "" : violation.substring(0, colon);
        return first.equals("nothing can happen")
                ? AsyncOracles.DEADLOCK
                : AsyncOracles.all().stream()
                                .anyMatch(one -> one.getClass().getSimpleName().equals(first))
                        ? first
                        : AsyncOracles.FAULT;
    }

    private final class Running implements Model {
        private final AsyncMachine host;
        private final List<AsyncOracle> oracles;
        private @Nullable Violation violation;

        Running(AsyncMachine host, List<AsyncOracle> oracles) {
            this.host = host;
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
            return host.routines();
        }

        @Override
        public boolean isDone(Core core) {
            return host.isDone(core);
        }

        @Override
        public int nmis(int core) {
            return core < scenario.cpus()
                    ? scenario.programs(Scenario.Context.NMI, core).size()
                    : 0;
        }

        @Override
        public int owner(long address) {
            int owner = KernelMemory.owner(address, host.machine().coreCount());
            return owner == SHARED ? holder(address, true) : owner;
        }

        @Override
        public int writer(long address) {
            int owner = KernelMemory.owner(address, host.machine().coreCount());
            return owner == SHARED ? holder(address, false) : owner;
        }

        /** Who holds the lock that protects an address: until it is given back, the others notice nothing of what happens there. */
        private int holder(long address, boolean withReads) {
            long timer = AsyncCb.timerAround(address);
            return timer != 0 || Hrtimer.isBase(address)
                    ? Hrtimer.holder(host.machine(), address, timer, withReads)
                    : SHARED;
        }

        @Override
        public boolean takesIpis(int core) {
            return core < scenario.cpus();
        }

        @Override
        public @Nullable String violation() {
            return violation == null ? null : violation.oracle() + ": " + violation.what();
        }

        @Override
        public @Nullable String violationAtEnd() {
            for (AsyncOracle oracle : oracles) {
                String missing = oracle.atEnd(host.machine().memory(), scenario.slots());
                if (missing != null) {
                    return oracle.getClass().getSimpleName() + ": " + missing;
                }
            }
            return null;
        }

        @Override
        public @Nullable String failure(RuntimeException thrown) {
            return thrown instanceof KernelBug ? AsyncOracles.FAULT + ": " + thrown.getMessage() : null;
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
