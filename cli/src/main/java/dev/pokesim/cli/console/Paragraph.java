package dev.pokesim.cli.console;

import java.io.PrintWriter;

/** Sentences for people, broken between words so that a line stays within {@link #WIDTH} columns where it can. */
public final class Paragraph {
    /** Columns. */
    public static final int WIDTH = 80;

    private Paragraph() {}

    /** Prints one, each line behind {@code indent}, all but the first two columns further in. */
    public static void print(PrintWriter out, String indent, String text) {
        StringBuilder line = new StringBuilder(indent);
        boolean isEmpty = true;
        for (String word : text.split(" ", -1)) {
            if (!isEmpty && line.length() + 1 + word.length() > WIDTH) {
                out.println(line);
                line = new StringBuilder(indent).append("  ");
                isEmpty = true;
            }
            line.append(isEmpty ? "" : " ").append(word);
            isEmpty = false;
        }
        out.println(line);
    }
}
