package dev.pokesim.emulator.trace;

/** Bytes are not what a writer writes; becomes an {@code InvalidDataFile} where file and offset are known. */
final class Damage extends RuntimeException {
    private static final long serialVersionUID = 1;

    Damage(String what) {
        super(what, null, false, false);
    }
}
