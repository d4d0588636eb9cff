package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/**
 * A locked read-modify-write: load and store with nothing between them, after the store buffer has drained.
 *
 * @see "Intel SDM vol. 3A, Locked Atomic Operations"
 */
public abstract non-sealed class LockedUpdate extends MicroOp {
    private final AddressOf address;
    private final int sizeBytes;

    /** @param sizeBytes 1, 2, 4 or 8; 16 only for CMPXCHG16B, which overrides {@link #execute} */
    protected LockedUpdate(AddressOf address, int sizeBytes) {
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
        core.setUpdateFailed(false);
        core.memory().frameForStore(at);
        core.memory().frameForStore(at + sizeBytes - 1);
        core.memory().write(at, sizeBytes, update(core, core.memory().read(at, sizeBytes)), core.id());
    }

    @Override
    public Flow flow() {
        return Flow.STRAIGHT;
    }

    @Override
    public final Memory memory() {
        return Memory.UPDATE;
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
    public final boolean drainsStores() {
        return true;
    }

    @Override
    public String toString() {
        return "locked update";
    }
}
