package dev.pokesim.patcher.check;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.Refs;

/** What handlers read of the array does not change while one of them may be reading it. */
public final class ArrayStableWhileReferenced extends Oracle {
    private final Refs refs;
    private final KernelLayout layout;

    public ArrayStableWhileReferenced(Refs refs, KernelLayout layout) {
        this.refs = refs;
        this.layout = layout;
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
        if (!Address.isWithin(address, KernelLayout.ARRAY, KernelLayout.COUNT + 4 - KernelLayout.ARRAY)) {
            return;
        }
        boolean isOldByte = address < KernelLayout.COUNT
                && (address - KernelLayout.ARRAY) % KernelLayout.ENTRY_SIZE_BYTES == KernelLayout.ENTRY_OLD;
        if (!isOldByte && refs.held(core.memory(), layout) != 0) {
            violated(
                    core,
                    "core " + core.id() + " writes " + Address.text(address)
                            + " in the array while references are held");
        }
    }
}
