package dev.pokesim.bpf.form;

import dev.pokesim.emulator.memory.AddressSpace;

/** {@link CommandListAsync} that takes the list as it is: a start and the cancel after it change places. */
public final class BrokenListNotReversed extends CommandListAsync {
    @Override
    public String name() {
        return "broken-list-not-reversed";
    }

    @Override
    public String description() {
        return "merged, but commands are carried out newest first";
    }

    @Override
    protected long inOrder(AddressSpace memory, long first, int core) {
        return first;
    }
}
