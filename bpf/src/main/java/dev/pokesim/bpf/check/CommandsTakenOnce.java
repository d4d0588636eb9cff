package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayList;
import java.util.List;

/** P5, P6': what is carried out is what one call asked for, and is carried out at most once. */
public final class CommandsTakenOnce extends AsyncOracle {
    private final List<Command> waiting = new ArrayList<>();

    @Override
    public String property() {
        return "every command that is carried out comes from one call, and is carried out once";
    }

    @Override
    public void commandIssued(Core core, KernelListener.Command command) {
        waiting.add(command);
    }

    @Override
    public void commandTaken(Core core, KernelListener.Command command) {
        if (!waiting.remove(command)) {
            violated(
                    core,
                    "core " + core.id() + " carries out operation " + command.op() + " with time " + command.nsec()
                            + ", which no call has asked for or which was carried out before");
        }
    }

    @Override
    public void save(StateWriter out) {
        out.number(waiting.size());
        for (Command command : waiting) {
            out.word(command.cb());
            out.word(command.number());
            out.word(command.op());
            out.word(command.nsec());
        }
    }

    @Override
    public void restore(StateReader in) {
        waiting.clear();
        for (int count = in.number(); count > 0; count--) {
            waiting.add(new Command(in.word(), in.word(), in.word(), in.word()));
        }
    }
}
