package dev.pokesim.cli.step;

import dev.pokesim.emulator.coherence.TimedMachine;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** Where the protocol is: its step, the reference counts, the IPIs; in a run with time also who has the cache lines that are fought over. */
final class KernelPane implements Pane {
    private static final int VALUE = 8;
    private static final int MOST_CORES = 16;
    private static final int MOST_SHARERS = 8;

    @Override
    public Line heading(Stepper stepper, boolean colour) {
        String step = stepper.run().protocolStep();
        return new Line(colour)
                .add("Protocol", Look.HEADING)
                .add(step.isEmpty() ? "  between batches" : "  step: ")
                .add(step, Look.HEADING);
    }

    @Override
    public int needs(Stepper stepper, int width) {
        return 1;
    }

    @Override
    public int wants(Stepper stepper, int width) {
        return stepper.run().timed() == null ? 2 : 4;
    }

    @Override
    public boolean isElastic() {
        return false;
    }

    @Override
    public List<Line> lines(Stepper stepper, int width, int rows, boolean colour) {
        PatchTimeline run = stepper.run();
        Machine machine = run.timeline().machine();
        List<Line> lines = new ArrayList<>();
        List<String> calls = new ArrayList<>();
        addCores(calls, "sent to core", machine, id -> machine.isCalled(machine.core(id)));
        addCores(calls, "taken by core", machine, id -> machine.isAnswering(machine.core(id)));
        addCores(calls, "awaited by core", machine, id -> machine.core(id).outstandingAcknowledgements() > 0);
        Line refs = new Line(colour).add("  refs").to(VALUE).add(refs(run));
        String ipis = calls.isEmpty() ? "none" : String.join("; ", calls);
        if (rows == 1) {
            return List.of(refs.add("   IPIs: " + ipis));
        }
        lines.add(refs);
        lines.add(new Line(colour).add("  IPIs").to(VALUE).add(ipis));
        TimedMachine timed = run.timed();
        if (timed != null) {
            List<PatchTimeline.Counter> counters = run.refs();
            PatchTimeline.Counter counter = counters.get(
                    counters.size() == machine.coreCount() ? stepper.core().id() : 0);
            lines.add(cacheLine(timed, counter.name(), counter.address(), colour));
            lines.add(cacheLine(timed, run.place(KernelLayout.COUNT), KernelLayout.COUNT, colour));
        }
        return lines;
    }

    /** Who has a cache line, and who waits for it. */
    private static Line cacheLine(TimedMachine timed, String name, long address, boolean colour) {
        Line line = new Line(colour).add("  line").to(VALUE).add(name + ": ");
        TimedMachine.LineState state = timed.lineState(address);
        if (state == null) {
            return line.add("not followed");
        }
        line.add(
                state.owner() >= 0
                        ? "core " + state.owner() + " owns it"
                        : state.sharers().isEmpty() ? "nobody has it" : "shared by " + cores(state.sharers()));
        return state.waiting().isEmpty() ? line : line.add("; waiting: " + cores(state.waiting()), Look.CHANGED);
    }

    private static String cores(List<Integer> cores) {
        List<String> shown =
                cores.stream().limit(MOST_SHARERS).map(String::valueOf).toList();
        int more = cores.size() - shown.size();
        return (cores.size() == 1 ? "core " : "cores ")
                + String.join(" ", shown)
                + (more > 0 ? " and " + more + " more" : "");
    }

    private static String refs(PatchTimeline run) {
        List<PatchTimeline.Counter> all = run.refs();
        if (all.size() == 1) {
            return all.get(0).name() + " = " + all.get(0).value();
        }
        List<String> held = new ArrayList<>();
        int more = 0;
        for (int id = 0; id < all.size(); id++) {
            int value = all.get(id).value();
            if (value != 0 && held.size() < MOST_CORES) {
                held.add("core " + id + ": " + value);
            } else if (value != 0) {
                more++;
            }
        }
        return held.isEmpty()
                ? "0 on every core"
                : String.join("  ", held) + (more > 0 ? "  and " + more + " more" : "");
    }

    private static void addCores(List<String> all, String what, Machine machine, IntPredicate is) {
        List<String> cores = new ArrayList<>();
        int more = 0;
        for (int id = 0; id < machine.coreCount(); id++) {
            if (is.test(id) && cores.size() < MOST_CORES) {
                cores.add(String.valueOf(id));
            } else if (is.test(id)) {
                more++;
            }
        }
        if (!cores.isEmpty()) {
            all.add(what + " " + String.join(" ", cores) + (more > 0 ? " and " + more + " more" : ""));
        }
    }
}
