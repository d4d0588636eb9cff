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
    /** Starts that have not returned, innermost last, and whether each has led to something. */
    private final List<Start> starts = new ArrayList<>();

    private static final class Start {
        private final int core;
        private boolean isMade;

        Start(int core, boolean isMade) {
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
        if (operation.equals(Operation.START.toString())) {
            starts.add(new Start(core.id(), false));
        }
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
        for (int i = starts.size() - 1; i >= 0; i--) {
            if (starts.get(i).core == core.id()) {
                starts.get(i).isMade = true;
                return;
            }
        }
    }

    @Override
    public void operationEnds(Core core, long slot, String operation, long result) {
        for (int i = starts.size() - 1; i >= 0 && operation.equals(Operation.START.toString()); i--) {
            if (starts.get(i).core == core.id()) {
                if (!starts.remove(i).isMade && result == 0) {
                    violated(core, "core " + core.id() + " was told that its start will be carried out, and left none");
                }
                return;
            }
        }
    }

    @Override
    public void save(StateWriter out) {
        out.number(starts.size());
        starts.forEach(start -> out.number(2 * start.core + (start.isMade ? 1 : 0)));
    }

    @Override
    public void restore(StateReader in) {
        starts.clear();
        for (int count = in.number(); count > 0; count--) {
            int coreAndMade = in.number();
            starts.add(new Start(coreAndMade / 2, coreAndMade % 2 != 0));
        }
    }
}
