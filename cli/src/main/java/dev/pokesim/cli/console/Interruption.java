package dev.pokesim.cli.console;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Ctrl-C, and the other signals that ask a program to end. A command that has something to show for the time it ran listens, stops
 * when asked, prints what it found and returns; one that does not listen ends at once. Either way the program ends with
 * {@link ExitCode#INCOMPLETE}, unless the command came to a verdict all the same.
 */
public final class Interruption {
    /** What a listening command may take to print and to close its files, in seconds, before the program ends without it. */
    private static final int GRACE_SECONDS = 10;

    private final CountDownLatch finished = new CountDownLatch(1);
    private volatile boolean listening;
    private volatile boolean requested;
    private volatile int exitStatus = ExitCode.INCOMPLETE.value();

    /**
     * Says that the caller will stop when asked.
     *
     * @return whether to stop now; cheap enough for an inner loop, may be asked by any thread
     */
    public BooleanSupplier listen() {
        listening = true;
        return () -> requested;
    }

    /** Lets signals of this process lead here. */
    public void arm() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::endProcess, "poke-sim-interruption"));
    }

    /** Notes how the command ended; from here on signals change nothing. */
    public void finish(int status) {
        exitStatus = status;
        finished.countDown();
    }

    /** Runs when the JVM shuts down, which is also after a command that ended by itself. */
    private void endProcess() {
        if (finished.getCount() == 0) {
            return;
        }
        requested = true;
        if (!listening || !waitForCommand()) {
            System.err.println("poke-sim: stopped before the end");
        }
        // The JVM would report the signal (130); and it cannot be asked for another status once it shuts down, except
        // so.
        Runtime.getRuntime().halt(exitStatus);
    }

    private boolean waitForCommand() {
        try {
            return finished.await(GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
