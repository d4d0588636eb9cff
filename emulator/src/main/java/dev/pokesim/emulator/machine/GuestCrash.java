package dev.pokesim.emulator.machine;

/** The guest did what a real machine would die of: an exception nobody handles. One line: core, RIP, bytes, reason. */
public final class GuestCrash extends RuntimeException {
    private static final long serialVersionUID = 1;

    GuestCrash(String message) {
        super(message);
    }
}
