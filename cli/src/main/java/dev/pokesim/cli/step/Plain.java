package dev.pokesim.cli.step;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.JsonOutput;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The stepper without a terminal: keys come from a stream, and what they lead to is printed. What a key asks for is read up to the end of
 * the line; blanks and line ends between keys mean nothing.
 */
public final class Plain {
    private static final int END = -1;

    private final Stepper stepper;
    private final InputStream in;
    private final PrintWriter out;
    private final Consumer<Stepper> printer;

    private Plain(Stepper stepper, Console console, Consumer<Stepper> printer) {
        this.stepper = stepper;
        in = new BufferedInputStream(console.in());
        out = console.out();
        this.printer = printer;
    }

    /** Prints a line or two for each key. */
    public static void lines(Stepper stepper, Console console, BooleanSupplier endRequested) throws IOException {
        new Plain(stepper, console, here -> Summary.of(here).lines().forEach(console.out()::println)).run(endRequested);
    }

    /** Prints an object for each key. */
    public static void objects(Stepper stepper, Console console, BooleanSupplier endRequested) throws IOException {
        new Plain(
                        stepper,
                        console,
                        here -> console.out()
                                .println(JsonOutput.writeLine(Summary.of(here).toJson())))
                .run(endRequested);
    }

    /** Prints a whole screen for each key, a line of {@code -} below it. */
    public static void screens(Stepper stepper, Console console, ScreenSize size, BooleanSupplier endRequested)
            throws IOException {
        View view = new View(false);
        Consumer<Stepper> printer = here -> {
            view.lines(here, size, "")
                    .forEach(line -> console.out().println(line.toString().stripTrailing()));
            console.out().println("-".repeat(size.width()));
        };
        new Plain(stepper, console, printer).run(endRequested);
    }

    private void run(BooleanSupplier endRequested) throws IOException {
        stepper.stopWhen(endRequested);
        print();
        while (!stepper.isOver() && !endRequested.getAsBoolean() && !out.checkError()) {
            int next = in.read();
            if (next == END) {
                return;
            }
            if (!Character.isWhitespace(next)) {
                press(String.valueOf((char) next));
            }
        }
    }

    private void press(String name) throws IOException {
        Keys.Key key = Keys.named(name);
        if (key == null) {
            stepper.unknownKey(name);
        } else {
            stepper.press(key, key.asks().isEmpty() ? "" : key.begins() + restOfLine());
        }
        if (!stepper.isOver()) {
            print();
        }
    }

    /** What stands there up to the end of the line, as far as any condition may be long. */
    private String restOfLine() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != END && next != '\n'; next = in.read()) {
            if (line.length() <= Condition.LONGEST) {
                line.append((char) next);
            }
        }
        return line.toString().strip();
    }

    private void print() {
        printer.accept(stepper);
        out.flush();
    }
}
