package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Reads memory into a slot of the register file, zero-extended. One that crosses a cache line takes two steps. */
public final class Load extends MicroOp {
    private final int slot;
    private final AddressOf address;
    private final int sizeBytes;
    private final boolean willStore;
    private final String text;

    private Load(int slot, AddressOf address, int sizeBytes, boolean willStore, long costPs, String text) {
        super(Memory.LOAD, false, costPs);
        this.slot = slot;
        this.address = address;
        this.sizeBytes = sizeBytes;
        this.willStore = willStore;
        this.text = text;
    }

    /**
     * A load of guest code.
     *
     * @param slot of the register file
     * @param sizeBytes 1, 2, 4 or 8
     */
    public static Load of(int slot, AddressOf address, int sizeBytes) {
        return new Load(slot, address, sizeBytes, false, 0, "load");
    }

    /** The load of an instruction that stores to the same place next: it faults if that store would. */
    public static Load beforeStore(int slot, AddressOf address, int sizeBytes) {
        return new Load(slot, address, sizeBytes, true, 0, "load");
    }

    /**
     * A load of a routine.
     *
     * @param costPs what it costs if it hits, in picoseconds
     * @param text for listings
     */
    public static Load named(String text, int slot, AddressOf address, int sizeBytes, long costPs) {
        return new Load(slot, address, sizeBytes, false, costPs, text);
    }

    @Override
    public void execute(Core core) {
        long at = address.in(core);
        if (willStore) {
            core.memory().frameForStore(at);
            core.memory().frameForStore(at + sizeBytes - 1);
        }
        if (core.isSplit(at, sizeBytes)) {
            if (core.loadPart(at, sizeBytes)) {
                core.file()[slot] = core.loadedWhole();
            } else {
                core.repeat();
            }
            return;
        }
        core.file()[slot] = core.load(at, sizeBytes);
    }

    @Override
    public Flow flow() {
        return Flow.STRAIGHT;
    }

    @Override
    public long address(Core core) {
        long at = address.in(core);
        return core.isHalfLoaded() ? (at | 63) + 1 : at;
    }

    @Override
    public int sizeBytes() {
        return sizeBytes;
    }

    @Override
    public String toString() {
        return text;
    }
}
