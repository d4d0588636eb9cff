package dev.pokesim.patcher.kernel;

/** The emulated kernel found itself in a state that it calls a BUG. One line. */
public final class KernelBug extends RuntimeException {
    private static final long serialVersionUID = 1;

    public KernelBug(String message) {
        super(message);
    }
}
