package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.kernel.PokeArray;

/** What handlers read of the array does not change while one of them may be reading it. */
public final class ArrayStableWhileReferenced extends Oracle {
    private final PokeArray array;

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
    public void written(Core core, long address, int sizeBytes) {
        if (array.isReadByHandlers(address) && array.held(core.memory()) != 0) {
            violated(
                    core,
                    "core " + core.id() + " writes " + Address.text(address)
                            + " in the array while references are held");
        }
    }
}
