package dev.pokesim.bpf.form;

import dev.pokesim.emulator.memory.AddressSpace;

/** {@link CommandListAsync} that takes fresh memory for zeroed and adds one: the first posting did. */
public final class BrokenCountNotInitialised extends CommandListAsync {
    @Override
    public String name() {
        return "broken-count-not-initialised";
    }

    @Override
    public String description() {
        return "merged, but the reference count is as the allocator left it";
    }

    @Override
    protected void initialise(AddressSpace memory, long cb, int core) {
        super.initialise(memory, cb, core);
        memory.write(cb + AsyncCb.REFCOUNT, 4, 0x6b6b6b6b, core);
    }
}
