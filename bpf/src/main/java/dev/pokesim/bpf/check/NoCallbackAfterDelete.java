package dev.pokesim.bpf.check;

import dev.pokesim.bpf.primitive.NolockAllocator;
import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.SortedSet;
import java.util.TreeSet;

/** P8, strict: no callback is chosen after the deletion of its timer or work has returned. What was chosen before may still run. */
public final class NoCallbackAfterDelete extends AsyncOracle {
    /** Deleted and not freed yet. */
    private final SortedSet<Long> deleted = new TreeSet<>();

    @Override
    public String property() {
        return "no callback is chosen after its timer was deleted";
    }

    @Override
    public void timerDeleted(Core core, long cb) {
        deleted.add(cb);
    }

    @Override
    public void callbackChosen(Core core, long cb) {
        if (deleted.contains(cb)) {
            violated(core, "core " + core.id() + " calls the callback of a timer after the end of its deletion");
        }
    }

    @Override
    public void freeing(Core core, NolockAllocator.Cache cache, long object) {
        deleted.remove(object);
    }

    @Override
    public void save(StateWriter out) {
        out.number(deleted.size());
        deleted.forEach(out::word);
    }

    @Override
    public void restore(StateReader in) {
        deleted.clear();
        for (int count = in.number(); count > 0; count--) {
            deleted.add(in.word());
        }
    }
}
