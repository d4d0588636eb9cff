package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.memory.AddressSpace;
import dev.pokesim.emulator.memory.Frame;

/**
 * A locked read-modify-write: load and store with nothing between them, after the store buffer has drained.
 *
 * @see "Intel SDM vol. 3A, Locked Atomic Operations"
 */
public abstract non-sealed class LockedUpdate extends MicroOp {
    private final AddressOf address;
    private final int sizeBytes;

    /**
     * @param sizeBytes 1, 2, 4 or 8; 16 only for CMPXCHG16B, which overrides {@link #execute}
     */
    protected LockedUpdate(AddressOf address, int sizeBytes) {
        super(Memory.UPDATE, true, 0);
        this.address = address;
        this.sizeBytes = sizeBytes;
    }

    /**
     * Works out what to store, and sets registers and flags. A failed compare-and-exchange returns {@code old} and says so with
     * {@link Core#setUpdateFailed}.
     */
    protected abstract long update(Core core, long old);

    @Override
    public void execute(Core core) {
        long at = address.in(core);
        AddressSpace memory = core.memory();
        core.beginUpdate(at);
        Frame frame = memory.frameForStore(at);
        int offset = (int) at & Frame.SIZE_BYTES - 1;
        if (offset + sizeBytes <= Frame.SIZE_BYTES) {
            long old = memory.frameForLoad(at).read(offset, sizeBytes);
            memory.write(frame, offset, sizeBytes, update(core, old), core.id(), at);
            return;
        }
        memory.frameForStore(at + sizeBytes - 1);
        memory.write(at, sizeBytes, update(core, memory.read(at, sizeBytes)), core.id());
    }

    @Override
    public Flow flow() {
        return Flow.STRAIGHT;
    }

    @Override
    public final long address(Core core) {
        return address.in(core);
    }

    @Override
    public final int sizeBytes() {
        return sizeBytes;
    }

    @Override
    public String toString() {
        return "locked update";
    }
}
