package dev.pokesim.cli.console;

/**
 * Progress where there is no terminal to draw on: notes, and details as lines, the first after a second and each after twice the
 * time of the one before, but one a minute at least: a file that nobody watches stays short.
 */
final class NoteProgress implements ProgressReporter {
    private static final long FIRST_NANOS = 1_000_000_000L;
    private static final long MOST_NANOS = 60 * FIRST_NANOS;

    private final Console console;
    private String what = "";
    private long done;
    private long start;
    private long interval;
    private long next;

    NoteProgress(Console console) {
        this.console = console;
    }

    @Override
    public synchronized void start(String what, long total) {
        this.what = what;
        interval = FIRST_NANOS;
        start = System.nanoTime();
        next = start + interval;
        done = 0;
    }

    @Override
    public synchronized void step(long nowDone) {
        done = nowDone;
    }

    @Override
    public synchronized void detail(String figures) {
        long now = System.nanoTime();
        if (now - next >= 0) {
            console.errorLine(what + ": " + done + " after " + (now - start) / FIRST_NANOS + " s, " + figures);
            interval = Math.min(2 * interval, MOST_NANOS);
            next = now + interval;
        }
    }

    @Override
    public void note(String line) {
        console.errorLine(line);
    }

    @Override
    public void done() {}
}
