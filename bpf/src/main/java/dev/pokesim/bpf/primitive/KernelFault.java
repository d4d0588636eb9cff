package dev.pokesim.bpf.primitive;

/** The emulated kernel follows a pointer to nowhere, or calls what is no function. One line. */
public final class KernelFault extends RuntimeException {
    private static final long serialVersionUID = 1;

    public KernelFault(String message) {
        super(message);
    }
}
