package dev.pokesim.bpf.check;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.primitive.KernelListener;
import dev.pokesim.bpf.primitive.NolockAllocator.Cache;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** P7: the last command that a control block was left is carried out, unless the block is deleted. */
public final class LastCommandTaken extends AsyncOracle {
    /** The number of the last command of each control block, until it is taken. */
    private final SortedMap<Long, Long> waiting = new TreeMap<>();

    @Override
    public String property() {
        return "the last command of a timer that is kept is carried out";
    }

    @Override
    public void commandIssued(Core core, KernelListener.Command command) {
        waiting.put(command.cb(), command.number());
    }

    @Override
    public void commandTaken(Core core, KernelListener.Command command) {
        waiting.remove(command.cb(), command.number());
    }

    @Override
    public @Nullable String atEnd(AddressSpace memory, int slots) {
        for (long cb : waiting.keySet()) {
            if (Cache.CONTROL_BLOCK.isLive(memory, cb)) {
                return "nobody carries out the last command of " + AsyncCb.nameOf(cb + AsyncCb.TIMER);
            }
        }
        return null;
    }

    @Override
    public void save(StateWriter out) {
        out.number(waiting.size());
        waiting.forEach((cb, number) -> {
            out.word(cb);
            out.word(number);
        });
    }

    @Override
    public void restore(StateReader in) {
        waiting.clear();
        for (int count = in.number(); count > 0; count--) {
            waiting.put(in.word(), in.word());
        }
    }
}
