package dev.pokesim.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tutorial and the page about gdb show is what their commands print: they are run one after the other, as a reader would type them. */
@Tag("packaged")
class PagesTest {
    private static final Path TREE = Path.of(System.getProperty("pokesim.tree", "target/poke-sim"));
    private static final Path DOCS =
            Path.of(System.getProperty("pokesim.root", "..")).resolve("docs");
    private static final long PATIENCE_SECONDS = 120;
    private static final String PROMPT = "$ ";
    private static final String GDB_PROMPT = "(gdb) ";

    @TempDir
    private Path folder;

    /** A command and what is shown below it. */
    private record Shown(String command, List<String> output) {}

    @Test
    void everyCommandPrintsWhatIsShown() throws IOException {
        assumeTrue(succeeds("perf --version"), "perf is not installed: the tutorial is not run");
        List<Shown> all = shown(Files.readAllLines(DOCS.resolve("tutorial.md")));
        assertTrue(all.size() >= 12, all.size() + " commands");
        for (Shown shown : all) {
            assertEquals(shown.output(), run(shown.command()), shown.command());
        }
    }

    @Test
    void gdbPrintsWhatItsPageShows() throws IOException {
        assumeTrue(succeeds("gdb --version"), "gdb is not installed: its page is not tried");
        List<Shown> all = shown(Files.readAllLines(DOCS.resolve("gdb.md")));
        assertTrue(succeeds(all.get(0).command() + "; test $? = 1"), "there is a violation");
        Process server = start(all.get(1).command().replace(":3333", ":0") + " 2>&1");
        try (BufferedReader said = server.inputReader(StandardCharsets.UTF_8)) {
            String listens = String.valueOf(said.readLine());
            String port = listens.substring(listens.lastIndexOf(':'));
            assertEquals(all.get(1).output(), List.of(listens.replace(port, ":3333")));
            assertSession(all.get(2), port);
            assertEquals(0, end(server));
        } finally {
            server.destroy();
        }
    }

    private void assertSession(Shown session, String port) throws IOException {
        List<String> typed = session.output().stream()
                .filter(line -> line.startsWith(GDB_PROMPT))
                .map(line -> line.substring(GDB_PROMPT.length()))
                .toList();
        assertTrue(typed.size() >= 20, typed.size() + " commands");
        Files.write(folder.resolve("typed"), typed);
        // what gdb reads from a file it does not show: behind each prompt comes what the command prints
        String shown = session.output().stream()
                .map(line -> line.startsWith(GDB_PROMPT) ? GDB_PROMPT : line.stripTrailing() + "\n")
                .collect(Collectors.joining());
        List<String> printed =
                run(session.command().replace(":3333", port).replace("gdb -q", "gdb -nx -q") + " <typed 2>&1");
        assertEquals(shown + GDB_PROMPT.strip(), String.join("\n", printed).replace(port, ":3333"));
    }

    private static List<Shown> shown(List<String> lines) {
        List<Shown> all = new ArrayList<>();
        boolean inConsole = false;
        for (String line : lines) {
            if (line.startsWith("```")) {
                inConsole = line.equals("```console");
            } else if (inConsole && line.startsWith(PROMPT)) {
                all.add(new Shown(line.substring(PROMPT.length()), new ArrayList<>()));
            } else if (inConsole) {
                all.get(all.size() - 1).output().add(line);
            }
        }
        return all;
    }

    private boolean succeeds(String command) throws IOException {
        Process process = start(command);
        process.getInputStream().readAllBytes();
        return end(process) == 0;
    }

    private List<String> run(String command) throws IOException {
        Process process = start(command);
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, end(process), command);
        return output.lines().map(String::stripTrailing).toList();
    }

    private Process start(String command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", command)
                .directory(folder.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .redirectInput(new File("/dev/null"));
        builder.environment()
                .merge("PATH", TREE.resolve("bin").toAbsolutePath().toString(), (path, ours) -> ours + ":" + path);
        return builder.start();
    }

    private static int end(Process process) {
        try {
            assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), "it does not end");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return process.exitValue();
    }
}
