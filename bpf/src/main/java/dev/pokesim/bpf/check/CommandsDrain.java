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
 * P13: what is left for irq_work comes to an end. A command may lead to another one of the same timer, directly or by way of other
 * timers, as a program on the tracepoint of hrtimer_start() can make it do; if that one leads to one more, this goes on for ever.
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
        return "no command of a timer leads to others of the same timer without end";
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
                if (cause.by.contains(cause.cb) && cause.by.contains(command.cb())) {
                    violated(
                            core,
                            "core " + core.id()
                                    + " leaves a command that a command of the same timer led to, which another one led to: for ever");
                }
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
                running.remove(i);
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
