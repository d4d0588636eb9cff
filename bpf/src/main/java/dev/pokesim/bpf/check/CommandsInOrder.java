package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.List;

/** P7 for one CPU: what a CPU leaves later is not carried out earlier. */
public final class CommandsInOrder extends AsyncOracle {
    /** In the order in which they were issued. */
    private final List<Issued> issued = new ArrayList<>();

    private record Issued(long cb, long number, int cpu, boolean isTaken) {}

    @Override
    public String property() {
        return "commands of one CPU are carried out in their order";
    }

    @Override
    public void commandIssued(Core core, KernelListener.Command command) {
        issued.add(new Issued(command.cb(), command.number(), core.id(), false));
    }

    @Override
    public void commandTaken(Core core, KernelListener.Command command) {
        for (int i = 0; i < issued.size(); i++) {
            Issued one = issued.get(i);
            if (one.cb == command.cb() && one.number == command.number() && !one.isTaken) {
                issued.set(i, new Issued(one.cb, one.number, one.cpu, true));
                boolean isLate = issued.subList(i + 1, issued.size()).stream()
                        .anyMatch(later -> later.cb == one.cb && later.cpu == one.cpu && later.isTaken);
                if (isLate) {
                    violated(
                            core,
                            "core " + core.id() + " carries out a command of core " + one.cpu
                                    + " after one that came later");
                }
                return;
            }
        }
    }

    @Override
    public void save(StateWriter out) {
        out.number(issued.size());
        for (Issued one : issued) {
            out.word(one.cb);
            out.word(one.number);
            out.number(2 * one.cpu + (one.isTaken ? 1 : 0));
        }
    }

    @Override
    public void restore(StateReader in) {
        issued.clear();
        for (int count = in.number(); count > 0; count--) {
            long cb = in.word();
            long number = in.word();
            int cpuAndTaken = in.number();
            issued.add(new Issued(cb, number, cpuAndTaken / 2, cpuAndTaken % 2 != 0));
        }
    }
}
