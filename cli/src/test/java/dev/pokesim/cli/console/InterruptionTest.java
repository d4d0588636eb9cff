package dev.pokesim.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Signals can only be sent to a process of their own; TERM, because INT is ignored by what a script starts in the background. */
class InterruptionTest {
    @Test
    void aCommandThatDoesNotListenIsStoppedAtOnceAndIncomplete() throws Exception {
        // Sooner than the time that one that listens is given.
        assertTimeout(
                Duration.ofSeconds(9), () -> assertEquals("3: poke-sim: stopped before the end", interrupt("deaf")));
    }

    @Test
    void aCommandThatListensPrintsWhatItHas() throws Exception {
        assertEquals("3: found 41 so far", interrupt("listening"));
    }

    @Test
    void aVerdictThatWasReachedCounts() throws Exception {
        assertEquals("1: found 41 so far", interrupt("violated"));
    }

    @Test
    void aCommandThatEndsByItselfKeepsItsStatus() throws Exception {
        Process process = start("ended");
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("started", output.readLine());
            assertEquals(null, output.readLine());
        }
        assertEquals(2, process.waitFor());
    }

    private static String interrupt(String how) throws IOException, InterruptedException {
        Process process = start(how);
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            assertEquals("started", output.readLine());
            new ProcessBuilder("kill", "-TERM", Long.toString(process.pid()))
                    .start()
                    .waitFor();
            String line = output.readLine();
            return process.waitFor() + ": " + line;
        }
    }

    private static Process start(String how) throws IOException {
        String java = System.getProperty("java.home") + File.separator + "bin" + File.separator + "java";
        return new ProcessBuilder(java, "-cp", System.getProperty("java.class.path"), Interrupted.class.getName(), how)
                .redirectErrorStream(true)
                .start();
    }

    /** A program that waits for a signal. */
    static final class Interrupted {
        private Interrupted() {}

        public static void main(String[] args) throws InterruptedException {
            Interruption interruption = new Interruption();
            interruption.arm();
            int status = 2;
            switch (args[0]) {
                case "deaf" -> {
                    System.out.println("started");
                    new CountDownLatch(1).await();
                }
                case "ended" -> System.out.println("started");
                default -> {
                    BooleanSupplier stop = interruption.listen();
                    System.out.println("started");
                    while (!stop.getAsBoolean()) {
                        Thread.onSpinWait();
                    }
                    System.out.println("found 41 so far");
                    status = (args[0].equals("violated") ? ExitCode.VIOLATED : ExitCode.INCOMPLETE).value();
                }
            }
            interruption.finish(status);
            System.exit(status);
        }
    }
}
