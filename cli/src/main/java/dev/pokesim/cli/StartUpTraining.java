package dev.pokesim.cli;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Short runs of many commands in one JVM. The launcher asks the JVM which classes they load and puts those in the class-data archive
 * that makes the next starts fast, so each command that should start fast has a line here.
 */
final class StartUpTraining {
    private static final String TRACE = "a trace";
    private static final List<List<String>> RUNS = List.of(
            List.of("--help"),
            List.of("--version"),
            List.of("profile", "list"),
            List.of("run", "--cores", "4", "--sites", "8", "--quiet", "--trace", TRACE),
            List.of("run", "--help"),
            List.of("compare", "--help"),
            List.of("check", "--cores", "4", "--sites", "8", "--quiet"),
            List.of("check", "--protocol", "broken-no-second-sync", "--quiet", "--no-schedule"),
            List.of("check", "--machine", "--protocol", "broken-refs-late", "--quiet", "--no-schedule"),
            List.of("replay", "poke1:"),
            List.of("replay", "--help"),
            List.of("step", TRACE, "--screen", "80x24"),
            List.of("step", "--help"),
            List.of("check", "--help"),
            List.of("bpf", "check", "--form", "v6", "--quiet", "--no-schedule"),
            List.of("bpf", "check", "--help"),
            List.of("bpf", "run", "--cores", "2", "--duration", "1ms", "--quiet"),
            List.of("bpf", "compare", "--help"),
            List.of("bpf", "demo", "--quiet", "--no-schedule"),
            List.of("trace", TRACE, "--limit", "10"),
            List.of("trace", "--help"),
            List.of("gdb", "--help"),
            List.of("profile", "show", "milan", "--format", "json"),
            List.of("completion"),
            List.of("completion", "--help"),
            List.of("sites", "--help"),
            List.of("--no-such-option"));

    private StartUpTraining() {}

    /** Runs all of them; what they print and how they end does not matter here. */
    public static void main(String[] args) throws IOException {
        Path trace = Files.createTempFile("poke-sim-", ".trace");
        try {
            runAll(trace.toString());
        } finally {
            Files.delete(trace);
        }
    }

    private static void runAll(String trace) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        // Once as the process would, for the classes of the real console.
        Console process = Console.ofProcess();
        Console console = new Console(
                nowhere,
                nowhere,
                process.colour(),
                process.errIsTerminal(),
                new Interruption(),
                new ByteArrayInputStream("ctime 1us\nM>".getBytes(StandardCharsets.US_ASCII)), // for step
                false);
        console.interruption().arm();
        for (List<String> run : RUNS) {
            PokeSim.run(
                    console,
                    run.stream().map(word -> word.equals(TRACE) ? trace : word).toArray(String[]::new));
        }
        console.interruption().finish(0);
    }
}
