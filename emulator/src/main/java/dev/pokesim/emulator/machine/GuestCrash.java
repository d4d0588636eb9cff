package dev.pokesim.emulator.machine;

import org.jspecify.annotations.Nullable;

/** The guest did what a real machine would die of: an exception nobody handles. One line: core, RIP, bytes, reason. */
public final class GuestCrash extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int core;
    private final long address;

    GuestCrash(int core, long address, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.core = core;
        this.address = address;
    }

    /** The core that it happened on. */
    public int core() {
        return core;
    }

    /** Its RIP. */
    public long address() {
        return address;
    }
}
