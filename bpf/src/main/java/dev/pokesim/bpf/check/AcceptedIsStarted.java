package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.List;

/** P7 for what is returned: a start that returns 0 has left a command, or has done at once what it was asked for. */
public final class AcceptedIsStarted extends AsyncOracle {
    /** Operations that have not returned, innermost last, and whether each has led to something. */
    private final List<Begun> begun = new ArrayList<>();

    private static final class Begun {
        private final int core;
        private boolean isMade;

        Begun(int core, boolean isMade) {
            this.core = core;
            this.isMade = isMade;
        }
    }

    @Override
    public String property() {
        return "a start that returns 0 is carried out or left for later";
    }

    @Override
    public void operationBegins(Core core, long slot, String operation) {
        begun.add(new Begun(core.id(), false));
    }

    @Override
    public void commandIssued(Core core, KernelListener.Command command) {
        made(core);
    }

    @Override
    public void doneAtOnce(Core core, long cb) {
        made(core);
    }

    private void made(Core core) {
        for (int i = begun.size() - 1; i >= 0; i--) {
            if (begun.get(i).core == core.id()) {
                begun.get(i).isMade = true;
                return;
            }
        }
    }

    @Override
    public void operationEnds(Core core, long slot, String operation, long result) {
        for (int i = begun.size() - 1; i >= 0; i--) {
            if (begun.get(i).core == core.id()) {
                if (!begun.remove(i).isMade && result == 0 && operation.equals(Operation.START.toString())) {
                    violated(core, "core " + core.id() + " was told that its start will be carried out, and left none");
                }
                return;
            }
        }
    }

    @Override
    public void save(StateWriter out) {
        out.number(begun.size());
        begun.forEach(one -> out.number(2 * one.core + (one.isMade ? 1 : 0)));
    }

    @Override
    public void restore(StateReader in) {
        begun.clear();
        for (int count = in.number(); count > 0; count--) {
            int coreAndMade = in.number();
            begun.add(new Begun(coreAndMade / 2, coreAndMade % 2 != 0));
        }
    }
}
