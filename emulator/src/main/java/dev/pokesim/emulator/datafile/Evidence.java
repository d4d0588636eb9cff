package dev.pokesim.emulator.datafile;

import java.util.Arrays;
import java.util.Optional;

/** How a constant is known; in a file by its letter. */
public enum Evidence {
    /** Measured and published. */
    MEASURED("M", "measured and published"),
    /** Stated by the Linux kernel's source or documentation. */
    KERNEL("K", "the kernel's source or documentation"),
    /** Backed out of the published figures that the tool is compared with: no independent confirmation. */
    BACKED_OUT("P", "backed out of the published figures themselves"),
    /** Assumed: no measurement was found. */
    ASSUMPTION("A", "assumption");

    private final String letter;
    private final String meaning;

    Evidence(String letter, String meaning) {
        this.letter = letter;
        this.meaning = meaning;
    }

    /** The letter in a file: M, K, P or A. */
    public String letter() {
        return letter;
    }

    /** What the letter says, a few words. */
    public String meaning() {
        return meaning;
    }

    /** The evidence with this letter; empty if there is none. */
    public static Optional<Evidence> ofLetter(String letter) {
        return Arrays.stream(values()).filter(e -> e.letter.equals(letter)).findFirst();
    }
}
