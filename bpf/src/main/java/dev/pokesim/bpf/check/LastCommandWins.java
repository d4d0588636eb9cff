package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * P7 for the effect: a start does not queue the timer after a command that was left later has been carried out. Says nothing about
 * what is done at once, which leaves no command.
 */
public final class LastCommandWins extends AsyncOracle {
    /** What each core carries out now, innermost last; and what was carried out. */
    private final List<Running> running = new ArrayList<>();

    private final List<Running> done = new ArrayList<>();

    private record Running(int core, long cb, long order) {}

    /** Control block and number of each command, in the order in which they were left. */
    private final List<List<Long>> issued = new ArrayList<>();

    @Override
    public String property() {
        return "no start takes effect after a later command of the same timer";
    }

    @Override
    public void commandIssued(Core core, KernelListener.Command command) {
        issued.add(List.of(command.cb(), command.number()));
    }

    @Override
    public void commandTaken(Core core, KernelListener.Command command) {
        int order = issued.lastIndexOf(List.of(command.cb(), command.number()));
        running.add(new Running(core.id(), command.cb(), order));
    }

    @Override
    public void commandDone(Core core) {
        for (int i = running.size() - 1; i >= 0; i--) {
            if (running.get(i).core == core.id()) {
                done.add(running.remove(i));
                return;
            }
        }
    }

    @Override
    public void timerQueued(Core core, long timer) {
        for (int i = running.size() - 1; i >= 0; i--) {
            Running now = running.get(i);
            if (now.core == core.id()) {
                boolean isLate = now.cb + AsyncCb.TIMER == timer
                        && done.stream().anyMatch(one -> one.cb == now.cb && one.order > now.order);
                if (isLate) {
                    violated(core, "core " + core.id() + " starts a timer after a later command was carried out");
                }
                return;
            }
        }
    }

    @Override
    public void save(StateWriter out) {
        out.number(issued.size());
        for (List<Long> one : issued) {
            out.word(one.get(0));
            out.word(one.get(1));
        }
        save(out, running);
        save(out, done);
    }

    private static void save(StateWriter out, List<Running> list) {
        out.number(list.size());
        for (Running one : list) {
            out.number(one.core);
            out.word(one.cb);
            out.word(one.order);
        }
    }

    @Override
    public void restore(StateReader in) {
        issued.clear();
        for (int count = in.number(); count > 0; count--) {
            issued.add(List.of(in.word(), in.word()));
        }
        restore(in, running);
        restore(in, done);
    }

    private static void restore(StateReader in, List<Running> list) {
        list.clear();
        for (int count = in.number(); count > 0; count--) {
            list.add(new Running(in.number(), in.word(), in.word()));
        }
    }
}
