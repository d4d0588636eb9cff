package dev.pokesim.cli.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stepper on a real terminal, which tmux provides: keys are typed, and the screen is read. */
@Tag("packaged")
class StepOnTerminalTest {
    private static final Path TREE = Path.of(System.getProperty("pokesim.tree", "target/poke-sim"));
    private static final long PATIENCE_SECONDS = 60;
    private static final long POLL_MILLIS = 50;

    @TempDir
    private Path folder;

    @BeforeEach
    void needsTmux() {
        boolean isThere = false;
        try {
            isThere = run("tmux", "-V").startsWith("tmux ");
        } catch (IOException | AssertionError missing) {
            // said below
        }
        assumeTrue(isThere, "tmux is not installed: the full screen is not tested");
    }

    @AfterEach
    void endServer() throws IOException {
        if (Files.exists(folder.resolve("socket"))) {
            tmux("kill-server");
        }
    }

    @Test
    void theTornInstructionIsReachedSeenAndLeft() throws IOException {
        String tool = TREE.resolve("bin/poke-sim").toAbsolutePath().toString();
        run(tool, "check", "--protocol", "broken-no-second-sync", "--quiet", "--out", folder.toString());
        Path schedule;
        try (var files = Files.list(folder)) {
            schedule = files.filter(file -> file.toString().endsWith(".schedule"))
                    .findFirst()
                    .orElseThrow();
        }
        String shell = "echo before; '" + tool + "' step '" + schedule + "'; echo \"status $?\"; stty -a; read wait";
        tmux("-f", "/dev/null", "new-session", "-d", "-x", "80", "-y", "24", shell);
        await(screen -> screen.contains("position 0 of "));

        tmux("send-keys", "v");
        String torn = await(screen -> screen.contains("!! NoTornInstruction"));
        assertTrue(torn.contains("90~"), torn);
        assertTrue(torn.contains("Registers of core 1"), torn);

        tmux("send-keys", "Left");
        await(screen -> screen.contains("may be seen as eb|cc 3f|90"));

        tmux("send-keys", "c");
        await(screen -> screen.contains("condition:"));
        tmux("send-keys", "step wrote", "BSpace", "BSpace", "BSpace", "ite tail", "Enter");
        await(screen -> screen.contains("no `step write tail` after this; C looks before"));
        tmux("send-keys", "N");
        await(screen -> screen.contains("[step-start: write tail]"));

        tmux("resize-window", "-x", "160", "-y", "50");
        String wide = await(screen -> screen.contains("|Core 0 executes"));
        assertEquals(50, wide.lines().count(), wide);

        tmux("send-keys", "?");
        await(screen -> screen.contains("Capitals go backwards"));
        tmux("send-keys", "q", "q");
        // as a terminal should be left: lines, and what is typed is seen
        String after = await(screen -> screen.contains(" icanon ") && screen.contains(" echo "));
        assertTrue(after.contains("status 0"), after);
        assertTrue(after.contains("before"), "the screen from before is back: " + after);
    }

    /** Waits until the screen shows something. */
    private String await(Predicate<String> shown) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String screen = "";
        while (System.nanoTime() < end) {
            screen = tmux("capture-pane", "-p");
            if (shown.test(screen)) {
                return screen;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        throw new AssertionError("the screen is\n" + screen);
    }

    /** A server of its own, whose socket is in the test's folder. */
    private String tmux(String... words) throws IOException {
        List<String> all =
                new ArrayList<>(List.of("tmux", "-S", folder.resolve("socket").toString()));
        all.addAll(Arrays.asList(words));
        return run(all.toArray(String[]::new));
    }

    private static String run(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("TERM", "xterm-256color");
        builder.environment().remove("TMUX");
        Process process = builder.start();
        process.getOutputStream().close();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
