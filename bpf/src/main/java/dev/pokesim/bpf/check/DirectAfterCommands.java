package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * P7 for one CPU, in both ways of doing things: what it does at once comes after the commands that it left before, even where another
 * CPU was asked to carry these out. Commands that wait for an interrupt of the same CPU do not count: it comes first on real ones.
 */
public final class DirectAfterCommands extends AsyncOracle {
    /** Commands that wait, in the order in which they were left. */
    private final List<Waiting> waiting = new ArrayList<>();
    /** By CPU, how many operations are in progress there, each but the first in a context that interrupted the one before. */
    private final SortedMap<Integer, Integer> inProgress = new TreeMap<>();

    private static final class Waiting {
        private final long cb;
        private final long number;
        private final int cpu;
        /** How many of its CPU's present operations had begun when it was left: what was left inside of one is not before it. */
        private int level;
        /** Whether the CPU that left it was interrupted for it. */
        private boolean isOwn;
        /** Whether that CPU has done something at once since. */
        private boolean isPassed;

        Waiting(long cb, long number, int cpu, int level, boolean isOwn, boolean isPassed) {
            this.cb = cb;
            this.number = number;
            this.cpu = cpu;
            this.level = level;
            this.isOwn = isOwn;
            this.isPassed = isPassed;
        }
    }

    @Override
    public String property() {
        return "what a CPU does at once comes after its commands";
    }

    private int level(int cpu) {
        return inProgress.getOrDefault(cpu, 0);
    }

    @Override
    public void operationBegins(Core core, long slot, String operation) {
        inProgress.merge(core.id(), 1, Integer::sum);
    }

    @Override
    public void operationEnds(Core core, long slot, String operation, long result) {
        inProgress.merge(core.id(), -1, (before, change) -> before == 1 ? null : before - 1);
        for (Waiting one : waiting) {
            one.level = one.cpu == core.id() ? Math.min(one.level, level(one.cpu)) : one.level;
        }
    }

    @Override
    public void commandIssued(Core core, KernelListener.Command command) {
        boolean isOwn = waiting.stream().anyMatch(one -> one.cb == command.cb() && one.cpu == core.id() && one.isOwn);
        waiting.add(new Waiting(command.cb(), command.number(), core.id(), level(core.id()), isOwn, false));
    }

    @Override
    public void workQueued(Core core, long work) {
        for (Waiting one : waiting) {
            // an irq_work stands at the start of its block; what was left before this operation is in a list that
            // another CPU has taken
            one.isOwn |= one.cb == work && one.cpu == core.id() && one.level >= level(one.cpu);
        }
    }

    @Override
    public void doneAtOnce(Core core, long cb) {
        for (Waiting one : waiting) {
            one.isPassed |= one.cb == cb && one.cpu == core.id() && one.level < level(one.cpu) && !one.isOwn;
        }
    }

    @Override
    public void commandTaken(Core core, KernelListener.Command command) {
        for (int i = 0; i < waiting.size(); i++) {
            Waiting one = waiting.get(i);
            if (one.cb == command.cb() && one.number == command.number()) {
                waiting.remove(i);
                if (one.isPassed) {
                    violated(
                            core,
                            "core " + core.id() + " carries out a command of core " + one.cpu
                                    + " after what that one did at once later");
                }
                return;
            }
        }
    }

    @Override
    public void save(StateWriter out) {
        out.number(inProgress.size());
        inProgress.forEach((cpu, count) -> {
            out.number(cpu);
            out.number(count);
        });
        out.number(waiting.size());
        for (Waiting one : waiting) {
            out.word(one.cb);
            out.word(one.number);
            out.number(4 * one.cpu + (one.isOwn ? 2 : 0) + (one.isPassed ? 1 : 0));
            out.number(one.level);
        }
    }

    @Override
    public void restore(StateReader in) {
        inProgress.clear();
        for (int count = in.number(); count > 0; count--) {
            inProgress.put(in.number(), in.number());
        }
        waiting.clear();
        for (int count = in.number(); count > 0; count--) {
            long cb = in.word();
            long number = in.word();
            int bits = in.number();
            waiting.add(new Waiting(cb, number, bits / 4, in.number(), (bits & 2) != 0, (bits & 1) != 0));
        }
    }
}
