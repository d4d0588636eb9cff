package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * P13: what is left for irq_work comes to an end: carrying out a command does not lead, directly or by way of other timers, to another
 * command of the same timer that is carried out as well. A program on a tracepoint of hrtimer_start() can do that.
 */
public final class CommandsDrain extends AsyncOracle {
    /** What each core carries out now, innermost last. */
    private final List<Running> running = new ArrayList<>();
    /** Commands that would not be there without others, and are not taken yet. */
    private final List<Caused> waiting = new ArrayList<>();

    private record Caused(long cb, long number, SortedSet<Long> by) {}

    private static final class Running {
        private final int core;
        private final long cb;
        /** Timers whose commands led to this one. */
        private final SortedSet<Long> by;
        /** How many interrupts are being handled on top of it: they are not its doing. */
        private int interrupts;

        Running(int core, long cb, SortedSet<Long> by, int interrupts) {
            this.core = core;
            this.cb = cb;
            this.by = by;
            this.interrupts = interrupts;
        }
    }

    @Override
    public String property() {
        return "carrying out a command leads to no other command of the same timer";
    }

    @Override
    public void entered(Core core, int vector) {
        running.forEach(one -> one.interrupts += one.core == core.id() ? 1 : 0);
    }

    @Override
    public void returned(Core core) {
        running.forEach(one -> one.interrupts -= one.core == core.id() ? 1 : 0);
    }

    @Override
    public void commandIssued(Core core, KernelListener.Command command) {
        for (int i = running.size() - 1; i >= 0; i--) {
            Running cause = running.get(i);
            if (cause.core == core.id() && cause.interrupts == 0) {
                SortedSet<Long> by = new TreeSet<>(cause.by);
                by.add(cause.cb);
                waiting.add(new Caused(command.cb(), command.number(), by));
                return;
            }
        }
    }

    @Override
    public void commandTaken(Core core, KernelListener.Command command) {
        SortedSet<Long> by = new TreeSet<>();
        for (int i = 0; i < waiting.size(); i++) {
            Caused one = waiting.get(i);
            if (one.cb == command.cb() && one.number == command.number()) {
                by = waiting.remove(i).by;
                break;
            }
        }
        running.add(new Running(core.id(), command.cb(), by, 0));
    }

    @Override
    public void commandDone(Core core) {
        for (int i = running.size() - 1; i >= 0; i--) {
            if (running.get(i).core == core.id()) {
                Running done = running.remove(i);
                if (done.by.contains(done.cb)) {
                    violated(
                            core,
                            "core " + core.id()
                                    + " has carried out a command that a command of the same timer led to: this goes on for ever");
                }
                return;
            }
        }
    }

    @Override
    public void save(StateWriter out) {
        out.number(running.size());
        for (Running one : running) {
            out.number(one.core);
            out.word(one.cb);
            out.number(one.interrupts);
            save(out, one.by);
        }
        out.number(waiting.size());
        for (Caused one : waiting) {
            out.word(one.cb);
            out.word(one.number);
            save(out, one.by);
        }
    }

    private static void save(StateWriter out, SortedSet<Long> timers) {
        out.number(timers.size());
        timers.forEach(out::word);
    }

    @Override
    public void restore(StateReader in) {
        running.clear();
        for (int count = in.number(); count > 0; count--) {
            int core = in.number();
            long cb = in.word();
            int interrupts = in.number();
            running.add(new Running(core, cb, timers(in), interrupts));
        }
        waiting.clear();
        for (int count = in.number(); count > 0; count--) {
            long cb = in.word();
            long number = in.word();
            waiting.add(new Caused(cb, number, timers(in)));
        }
    }

    private static SortedSet<Long> timers(StateReader in) {
        SortedSet<Long> timers = new TreeSet<>();
        for (int count = in.number(); count > 0; count--) {
            timers.add(in.word());
        }
        return timers;
    }
}
