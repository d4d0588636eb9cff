package dev.pokesim.cli.console;

import java.io.PrintWriter;

/**
 * The result of one command, printed by {@link OutputOptions#print}. Implemented by a record: its components, in their order, are
 * the fields of the JSON form, so that text and JSON come from one value.
 */
public interface Report {
    /** Writes the result for people; no more than the JSON form has, and the same units. */
    void printText(PrintWriter out);

    /** How the program ends after this result. */
    default ExitCode exitCode() {
        return ExitCode.FINE;
    }
}
