package dev.pokesim.emulator.datafile;

import java.util.Arrays;
import java.util.Optional;

/** How a constant is known; in a file by its letter. */
public enum Evidence {
    /** Measured and published. */
    MEASURED("M"),
    /** Stated by the Linux kernel's source or documentation. */
    KERNEL("K"),
    /** Backed out of the published figures that the tool is compared with: no independent confirmation. */
    BACKED_OUT("P"),
    /** Assumed: no measurement was found. */
    ASSUMPTION("A");

    private final String letter;

    Evidence(String letter) {
        this.letter = letter;
    }

    /** The letter in a file: M, K, P or A. */
    public String letter() {
        return letter;
    }

    /** The evidence with this letter; empty if there is none. */
    public static Optional<Evidence> ofLetter(String letter) {
        return Arrays.stream(values()).filter(e -> e.letter.equals(letter)).findFirst();
    }
}
