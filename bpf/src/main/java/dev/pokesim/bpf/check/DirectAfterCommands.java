package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * P7 for one CPU, in both ways of doing things: what it does at once comes after the commands that it left before, even where another
 * CPU was asked to carry these out. Commands that wait for an interrupt of the same CPU do not count: it comes first on real ones.
 */
public final class DirectAfterCommands extends AsyncOracle {
    /** Commands that wait, in the order in which they were left. */
    private final List<Waiting> waiting = new ArrayList<>();

    private static final class Waiting {
        private final long cb;
        private final long number;
        private final int cpu;
        /** Whether the CPU that left it was interrupted for it. */
        private boolean isOwn;
        /** Whether that CPU has done something at once since. */
        private boolean isPassed;

        Waiting(long cb, long number, int cpu, boolean isOwn, boolean isPassed) {
            this.cb = cb;
            this.number = number;
            this.cpu = cpu;
            this.isOwn = isOwn;
            this.isPassed = isPassed;
        }
    }

    @Override
    public String property() {
        return "what a CPU does at once comes after its commands";
    }

    @Override
    public void commandIssued(Core core, KernelListener.Command command) {
        boolean isOwn = waiting.stream().anyMatch(one -> one.cb == command.cb() && one.cpu == core.id() && one.isOwn);
        waiting.add(new Waiting(command.cb(), command.number(), core.id(), isOwn, false));
    }

    @Override
    public void workQueued(Core core, long work) {
        for (Waiting one : waiting) {
            one.isOwn |= one.cb == work && one.cpu == core.id(); // an irq_work stands at the start of its block
        }
    }

    @Override
    public void doneAtOnce(Core core, long cb) {
        for (Waiting one : waiting) {
            one.isPassed |= one.cb == cb && one.cpu == core.id() && !one.isOwn;
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
        out.number(waiting.size());
        for (Waiting one : waiting) {
            out.word(one.cb);
            out.word(one.number);
            out.number(4 * one.cpu + (one.isOwn ? 2 : 0) + (one.isPassed ? 1 : 0));
        }
    }

    @Override
    public void restore(StateReader in) {
        waiting.clear();
        for (int count = in.number(); count > 0; count--) {
            long cb = in.word();
            long number = in.word();
            int bits = in.number();
            waiting.add(new Waiting(cb, number, bits / 4, (bits & 2) != 0, (bits & 1) != 0));
        }
    }
}
