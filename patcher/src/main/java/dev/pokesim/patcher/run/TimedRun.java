package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.Contention;
import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.machine.Snapshots;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.microop.Halt;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.BatchContext;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PatchListener;
import dev.pokesim.patcher.scenario.Scenario;
import dev.pokesim.patcher.site.Segment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** A patching machine in simulated time with its workload: what a run and one that is done again have in common. */
final class TimedRun {
    private static final int PATCHER = PatchMachine.PATCHER;

    /** To be raised when a state holds something else, or a step is something else: older traces must not fit any more. */
    private static final String STATES = "states 1";

    private final RunSetup setup;
    private final PatchMachine host;
    private final KernelLayout layout;
    private final TimedMachine timed;
    private final SeededRandom staleBytes;
    private final Workload workload;
    private final List<Routine> started = new ArrayList<>();

    TimedRun(RunSetup setup) {
        this.setup = setup;
        staleBytes = SeededRandom.of(setup.seed(), "stale bytes");
        host = new PatchMachine(setup.target(), setup.cores(), setup.fetchMode(), staleBytes);
        layout = host.layout();
        Scenario scenario = setup.scenario();
        timed = new TimedMachine(
                host.machine(),
                setup.profile(),
                new Contention(
                        scenario.serviceOrder() == Scenario.RANDOM_ORDER
                                ? Contention.UNORDERED
                                : scenario.serviceOrder(),
                        scenario.retryHitProbability()),
                SeededRandom.of(setup.seed(), "service order"));
        workload =
                new Workload(scenario, hotEntries(), KernelLayout::scratch, SeededRandom.of(setup.seed(), "workload"));
    }

    PatchMachine host() {
        return host;
    }

    Machine machine() {
        return host.machine();
    }

    TimedMachine timed() {
        return timed;
    }

    KernelLayout layout() {
        return layout;
    }

    Workload workload() {
        return workload;
    }

    /** Functions to call: those of the hot sites, spread over all; without hot sites no place of the batch is visited. */
    private List<Long> hotEntries() {
        List<Long> entries = setup.target().entries();
        List<Long> hot = new ArrayList<>();
        for (int i = 0; i < setup.hotSites(); i++) {
            hot.add(entries.get((int) ((long) i * entries.size() / setup.hotSites())));
        }
        return hot;
    }

    /**
     * Puts everything in place; nothing happens yet.
     *
     * @param listeners are told in their order
     * @param done is called when the patcher has finished its last batch
     */
    void start(List<PatchListener> listeners, Consumer<Core> done) {
        observeLines(timed, listeners);
        BatchContext context = host.connect(setup.refs(), KernelCosts.of(setup.profile()), listeners);
        host.handle(Workload.NETWORK_VECTOR, workload.softirq(timed));
        Routine patcher = host.patcher(setup.protocol(), context)
                .act("done", (core, local) -> done.accept(core))
                .label("idle")
                .delay("idle", core -> setup.scenario().workGapPs())
                .jump("idle")
                .build();
        Routine worker = workload.thread();
        Routine idle = Routine.named("idle")
                .label("halt")
                .then(new Halt())
                .jump("halt")
                .build();
        started.addAll(List.of(patcher, worker, idle));
        int active = setup.hotSites() == 0 ? 0 : setup.scenario().activeCores(setup.cores() - 1);
        for (int id = 0; id < setup.cores(); id++) {
            host.start(id, id == PATCHER ? patcher : id <= active ? worker : idle);
            timed.warm(id, KernelLayout.perCpu(id), KernelLayout.CALL_COUNT + 8);
            timed.warm(PATCHER, KernelLayout.perCpuOffset(id), 8);
            timed.warm(id, KernelLayout.scratch(id), 64);
            timed.warm(id, KernelLayout.stackTop(id) - 512, 512);
            timed.start(id, 0);
        }
        timed.warm(PATCHER, KernelLayout.ARRAY, KernelLayout.TEXT_MUTEX + 128 - KernelLayout.ARRAY);
        if (setup.scenario().softirq() && setup.hotSites() > 0) {
            workload.startSoftirq(timed, PATCHER);
        }
    }

    /** Says, after {@link #start}, that this is the state that snapshots are compared with. */
    Snapshots rememberInitial() {
        return timed.rememberInitial(started);
    }

    /** Appends the whole state, as far as it decides how the run goes on. */
    void save(Snapshots snapshots, StateWriter out) {
        snapshots.save(out);
        timed.save(out);
        staleBytes.save(out);
        workload.save(out);
    }

    /** Takes back what {@link #save} wrote. */
    void restore(Snapshots snapshots, StateReader in) {
        snapshots.restore(in);
        timed.restore(in);
        staleBytes.restore(in);
        workload.restore(in);
    }

    /**
     * What decides how the run goes, as a number: the image, the places, the routines step by step, machine and workload.
     *
     * @return SHA-256 as hexadecimal digits; the run must have been started
     */
    String digest() {
        MessageDigest digest = sha256();
        text(digest, STATES);
        for (Segment segment : setup.target().image().segments()) {
            text(digest, Address.text(segment.address()));
            digest.update(segment.bytes().toArray());
        }
        text(digest, setup.target().places() + " " + setup.target().entries() + " " + setup.hotSites());
        text(digest, setup.cores() + " " + setup.seed() + " " + setup.refs().name());
        text(digest, setup.fetchMode().optionName());
        setup.profile().constants().forEach(constant -> text(digest, constant.name() + " " + constant.base()));
        setup.scenario().constants().forEach(constant -> text(digest, constant.name() + " " + constant.base()));
        started.forEach(routine -> text(digest, routine.listing()));
        host.routines().forEach(routine -> text(digest, routine.listing()));
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void text(MessageDigest digest, String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Lets those who want to know of lines that move know of them. */
    static void observeLines(TimedMachine timed, List<PatchListener> listeners) {
        List<PatchListener> ofLines =
                listeners.stream().filter(PatchListener::wantsTransfers).toList();
        if (!ofLines.isEmpty()) {
            timed.observeLines((core, transfer) -> ofLines.forEach(listener -> listener.arrived(core, transfer)));
        }
    }
}
