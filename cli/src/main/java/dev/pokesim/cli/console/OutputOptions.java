package dev.pokesim.cli.console;

import java.util.function.BooleanSupplier;
import picocli.CommandLine.Option;

/** The options that every command has: {@code @Mixin private OutputOptions output}. Also the command's way to its console. */
public final class OutputOptions {
    /** The option that asks for stack traces. */
    public static final String VERBOSE = "--verbose";

    /** Work that ends sooner needs no bar. */
    private static final long BAR_DELAY_MILLIS = 2_000;

    private final Console console;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "text",
            converter = Format.Converter.class,
            description = "Print the result as ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Format format = Format.TEXT;

    @Option(
            names = {"-q", "--quiet"},
            description = "No progress and no notes, only the result and errors.")
    private boolean quiet;

    @Option(names = VERBOSE, description = "Print the stack trace too if poke-sim itself fails.")
    private boolean verbose;

    /** The options of a program that talks to this console. */
    public OutputOptions(Console console) {
        this.console = console;
    }

    /**
     * Prints the result of a command in the format the user asked for.
     *
     * @return the result, so that {@code return output.print(...).exitCode().value()} ends a command
     */
    public <R extends Report> R print(R result) {
        switch (format) {
            case TEXT -> result.printText(console.out());
            case JSON -> console.out().println(JsonOutput.write(result));
        }
        console.out().flush();
        return result;
    }

    /** Where to report progress: a bar on a terminal, notes elsewhere, nothing if the user wants it quiet. */
    public ProgressReporter progress() {
        if (quiet) {
            return new SilentProgress();
        }
        return console.errIsTerminal() ? new BarProgress(System.err, BAR_DELAY_MILLIS) : new NoteProgress(console);
    }

    /** Takes over Ctrl-C; see {@link Interruption#listen}. */
    public BooleanSupplier stopRequested() {
        return console.interruption().listen();
    }

    /** Where results go, for what {@link #print} cannot do. */
    public Console console() {
        return console;
    }

    /** What results are printed as. */
    public Format format() {
        return format;
    }
}
