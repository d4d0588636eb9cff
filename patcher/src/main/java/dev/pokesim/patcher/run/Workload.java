package dev.pokesim.patcher.run;

import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.scenario.Scenario;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * What the cores do while text is patched: they work, and now and then call a function with a hot site. On the patching core
 * network softirqs do it, whenever interrupts are on.
 */
final class Workload {
    /** The device interrupt that raises NET_RX_SOFTIRQ on the patching core. */
    static final int NETWORK_VECTOR = 0x31;

    private final Scenario scenario;
    private final List<Long> entries;
    private final IntToLongFunction argument;
    private final SeededRandom random;
    private long visits;
    private long visitSumPs;
    private long polls;
    private long packets;
    private long backlogSincePs;
    private double backlog;

    /**
     * @param entries functions to call, at least one
     * @param argument their first argument on a core; the second is random
     */
    Workload(Scenario scenario, List<Long> entries, IntToLongFunction argument, SeededRandom random) {
        this.scenario = scenario;
        this.entries = entries;
        this.argument = argument;
        this.random = random;
    }

    long visits() {
        return visits;
    }

    long visitMeanPs() {
        return visits == 0 ? 0 : visitSumPs / visits;
    }

    long polls() {
        return polls;
    }

    long packets() {
        return packets;
    }

    /** Appends all that changes. */
    void save(StateWriter out) {
        random.save(out);
        out.word(visits);
        out.word(visitSumPs);
        out.word(polls);
        out.word(packets);
        out.word(backlogSincePs);
        out.word(Double.doubleToLongBits(backlog));
    }

    /** Takes back what {@link #save} wrote. */
    void restore(StateReader in) {
        random.restore(in);
        visits = in.word();
        visitSumPs = in.word();
        polls = in.word();
        packets = in.word();
        backlogSincePs = in.word();
        backlog = Double.longBitsToDouble(in.word());
    }

    private SeededRandom random() {
        return random;
    }

    /** A thread that works and visits for ever. */
    Routine thread() {
        Routine.Builder b = Routine.named("worker");
        b.label("work").delay("work", core -> random().nextExponential(scenario.workGapPs()));
        visit(b);
        return b.jump("work").build();
    }

    private void visit(Routine.Builder b) {
        int function = b.local();
        int startPs = b.local();
        b.compute("choose a function", (core, local) -> {
                    local[function] = entries.get(random().nextInt(entries.size()));
                    local[startPs] = core.timePs();
                    core.setRegister(Core.RDI, argument.applyAsLong(core.id()));
                    core.setRegister(Core.RSI, random().nextLong());
                })
                .callGuest((core, local) -> local[function])
                .compute("visited", (core, local) -> {
                    visits++;
                    visitSumPs += core.timePs() - local[startPs];
                });
    }

    /** The network interrupt of the patching core: polls up to a budget of packets with interrupts on. */
    Routine softirq(TimedMachine timed) {
        Routine.Builder b = Routine.named("net_rx_action");
        b.interruptEntry(0, 0);
        int left = b.local();
        int full = b.local();
        b.compute("poll", (core, local) -> {
                    local[left] = poll(core.timePs());
                    local[full] = local[left] == (long) scenario.packetsPerPoll() * scenario.visitsPerPacket() ? 1 : 0;
                })
                .setInterruptsEnabled(true)
                .label("packet")
                .jumpIf("no more packets", (core, local) -> local[left] == 0, "done");
        visit(b);
        return b.compute("next", (core, local) -> local[left]--)
                .jump("packet")
                .label("done")
                .setInterruptsEnabled(false)
                .compute("next softirq", (core, local) -> next(timed, core, local[full] == 1))
                .interruptReturn(0)
                .build();
    }

    /** How many visits the packets that have arrived need; those beyond the budget stay. */
    private long poll(long nowPs) {
        // one thread's share of the traffic: as many visits as it would make by itself
        double perPs =
                scenario.arrivalFactor() / ((double) scenario.workGapPs() * Math.max(1, scenario.visitsPerPacket()));
        backlog += (nowPs - backlogSincePs) * perPs;
        backlogSincePs = nowPs;
        long now = Math.min((long) backlog, scenario.packetsPerPoll());
        backlog -= now;
        polls++;
        packets += now;
        return now * scenario.visitsPerPacket();
    }

    /** Arranges the first network interrupt. */
    void startSoftirq(TimedMachine timed, int core) {
        timed.raiseAt(core, NETWORK_VECTOR, timed.nowPs() + random().nextExponential(scenario.softirqIntervalPs()));
    }

    private void next(TimedMachine timed, Core core, boolean wasFull) {
        long gap =
                wasFull ? scenario.softirqGapAfterFullPollPs() : random().nextExponential(scenario.softirqIntervalPs());
        timed.raiseAt(core.id(), NETWORK_VECTOR, core.timePs() + gap);
    }
}
