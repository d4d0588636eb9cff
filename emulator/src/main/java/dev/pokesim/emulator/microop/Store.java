package dev.pokesim.emulator.microop;

import dev.pokesim.emulator.core.Core;

/** Puts a value into the store buffer; memory sees it when the buffer drains. */
public final class Store extends MicroOp {
    private static final int CONSTANT = -1;

    private final AddressOf address;
    private final int sizeBytes;
    private final int slot;
    private final int shift;
    private final long constant;
    private final String text;

    private Store(AddressOf address, int sizeBytes, int slot, int shift, long constant, long costPs, String text) {
        super(Memory.STORE, false, costPs);
        this.address = address;
        this.sizeBytes = sizeBytes;
        this.slot = slot;
        this.shift = shift;
        this.constant = constant;
        this.text = text;
    }

    /**
     * Stores a slot of the register file.
     *
     * @param shift 8 for ah, ch, dh, bh, otherwise 0
     */
    public static Store of(AddressOf address, int sizeBytes, int slot, int shift) {
        return new Store(address, sizeBytes, slot, shift, 0, 0, "store");
    }

    /** Stores a constant. */
    public static Store constant(AddressOf address, int sizeBytes, long value) {
        return new Store(address, sizeBytes, CONSTANT, 0, value, 0, "store");
    }

    /**
     * A store of a routine.
     *
     * @param costPs what it costs the core, in picoseconds
     * @param text for listings
     */
    public static Store named(String text, AddressOf address, int sizeBytes, int slot, long costPs) {
        return new Store(address, sizeBytes, slot, 0, 0, costPs, text);
    }

    /** A store of a constant in a routine. */
    public static Store namedConstant(String text, AddressOf address, int sizeBytes, long value, long costPs) {
        return new Store(address, sizeBytes, CONSTANT, 0, value, costPs, text);
    }

    @Override
    public void execute(Core core) {
        core.store(address.in(core), sizeBytes, value(core));
    }

    /** What it will store. */
    public long value(Core core) {
        return slot == CONSTANT ? constant : core.file()[slot] >>> shift;
    }

    @Override
    public Flow flow() {
        return Flow.STRAIGHT;
    }

    @Override
    public long address(Core core) {
        return address.in(core);
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
