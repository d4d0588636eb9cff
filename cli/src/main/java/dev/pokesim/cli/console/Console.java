package dev.pokesim.cli.console;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Where the program's words go.
 *
 * @param out results; nothing else, so that they can be piped
 * @param err errors, notes and progress
 * @param colour whether {@code out} is a terminal and nobody objects to colour
 * @param errIsTerminal whether a progress bar on {@code err} would be seen and not end up in a file
 * @param interruption whether someone pressed Ctrl-C
 * @param in what is typed, for commands that are talked to
 * @param fullScreen whether input and {@code out} are a terminal that can be drawn on
 */
public record Console(
        PrintWriter out,
        PrintWriter err,
        boolean colour,
        boolean errIsTerminal,
        Interruption interruption,
        InputStream in,
        boolean fullScreen) {

    /** One on which nobody types. */
    public Console(PrintWriter out, PrintWriter err, boolean colour, boolean errIsTerminal, Interruption interruption) {
        this(out, err, colour, errIsTerminal, interruption, InputStream.nullInputStream(), false);
    }

    /**
     * The console of this process. The launcher knows which streams are terminals and says so in the property
     * {@code pokesim.terminals} (Java can only ask for input and output together); without it none is taken for one.
     */
    public static Console ofProcess() {
        // The same bytes in every locale: results are compared and parsed.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
        List<String> terminals =
                Arrays.asList(System.getProperty("pokesim.terminals", "").split(",", -1));
        return new Console(
                new PrintWriter(out, false, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                terminals.contains("stdout") && environmentAllowsColour(),
                terminals.contains("stderr"),
                new Interruption(),
                System.in,
                terminals.containsAll(List.of("stdin", "stdout")) && !isDumb());
    }

    /** Source: no-color.org: any value but the empty one turns colour off. */
    private static boolean environmentAllowsColour() {
        String noColor = System.getenv("NO_COLOR");
        return (noColor == null || noColor.isEmpty()) && !isDumb();
    }

    private static boolean isDumb() {
        return "dumb".equals(System.getenv("TERM"));
    }

    /** Prints one line on {@code err}; characters that would break the line or steer a terminal are shown as question marks. */
    public void errorLine(String line) {
        StringBuilder printable = new StringBuilder();
        line.codePoints().map(c -> Character.isISOControl(c) ? '?' : c).forEach(printable::appendCodePoint);
        err.println(printable);
        err.flush();
    }
}
