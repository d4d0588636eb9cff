package dev.pokesim.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BarProgressTest {
    private final ByteArrayOutputStream screen = new ByteArrayOutputStream();
    private final PrintStream terminal = new PrintStream(screen, true, StandardCharsets.UTF_8);

    @Test
    void shortWorkLeavesTheTerminalAlone() {
        BarProgress progress = new BarProgress(terminal, 60_000);
        progress.start("run", 10);
        progress.step(5);
        progress.done();
        assertEquals("", screen.toString(StandardCharsets.UTF_8));
    }

    @Test
    void longWorkShowsWhatIsDoneOfHowMuch() {
        BarProgress progress = new BarProgress(terminal, 0);
        progress.start("replicas", 20);
        progress.step(5);
        waitForScreen("replicas", "5/20");
        progress.note("seed 7 was slow");
        progress.done();
        String shown = screen.toString(StandardCharsets.UTF_8);
        assertTrue(shown.contains("\r\u001b[Kseed 7 was slow" + System.lineSeparator()), shown);
        assertTrue(shown.endsWith("\r\u001b[K"), "nothing of the bar is left: " + shown);
    }

    @Test
    void workOfUnknownLengthShowsABarToo() {
        BarProgress progress = new BarProgress(terminal, 0);
        progress.start("searching", 0);
        progress.step(12_345);
        waitForScreen("searching", "12345/?");
        progress.done();
    }

    /** The bar is drawn by a thread of its own; there is nothing to wait on but what it draws. */
    private void waitForScreen(String... parts) {
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
            for (String part : parts) {
                while (!screen.toString(StandardCharsets.UTF_8).contains(part)) {
                    Thread.onSpinWait();
                }
            }
        });
    }
}
