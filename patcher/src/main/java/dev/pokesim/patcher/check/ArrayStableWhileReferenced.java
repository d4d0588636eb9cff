package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.patcher.kernel.PokeArray;

/** What handlers read of the array does not change while one of them may be reading it. */
public final class ArrayStableWhileReferenced extends Oracle {
    private final PokeArray array;
    /** Whether the memory of a descriptor on the stack is one now. */
    private boolean isInBatch;

    public ArrayStableWhileReferenced(PokeArray array) {
        this.array = array;
    }

    @Override
    public String property() {
        return "nothing writes an entry or the count while a reference is held";
    }

    @Override
    public boolean wantsMemory() {
        return true;
    }

    @Override
    public void batchStarted(Core patcher, int entries) {
        isInBatch = true;
    }

    @Override
    public void batchFinished(Core patcher) {
        isInBatch = false;
    }

    @Override
    public void updated(Core core, long address, boolean failed) {
        if (array.onStack() && !isInBatch && !failed && array.counters().contains(address)) {
            violated(
                    core,
                    "core " + core.id() + " takes its reference at " + Address.text(address)
                            + " in memory that was the descriptor and is somebody else's by now");
        }
    }

    @Override
    public void save(StateWriter out) {
        if (array.onStack()) {
            out.number(isInBatch ? 1 : 0);
        }
    }

    @Override
    public void restore(StateReader in) {
        isInBatch = array.onStack() && in.number() == 1;
    }

    @Override
    public void written(Core core, long address, int sizeBytes) {
        if (array.isReadByHandlers(address) && array.held(core.memory()) != 0) {
            violated(
                    core,
                    "core " + core.id() + " writes " + Address.text(address)
                            + " in the array while references are held");
        }
    }
}
