package dev.pokesim.cli.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Timer;
import java.util.TimerTask;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/** A bar on a terminal, shown once a piece of work has lasted for a while, and wiped out when it ends. */
final class BarProgress implements ProgressReporter {
    /** Back to the first column, then erase to the end of the line. Source: ECMA-48, CR and EL. */
    private static final String WIPE_LINE = "\r\u001b[K";

    /**
     * Columns of the bar. Given, because the library would ask JLine for the terminal's width, and JLine takes Ctrl-C away from the
     * JVM: the command could not print what it has found.
     */
    private static final int WIDTH = 79;

    private final PrintStream terminal;
    private final long delayMillis;

    private @Nullable Timer timer;
    private @Nullable ProgressBar bar;
    private long stepsDone;
    private String figures = "";

    /**
     * A reporter for a terminal.
     *
     * @param delayMillis how long work must last before a bar appears, so that short work leaves the terminal alone
     */
    BarProgress(PrintStream terminal, long delayMillis) {
        this.terminal = terminal;
        this.delayMillis = delayMillis;
    }

    @Override
    public synchronized void start(String what, long total) {
        done();
        stepsDone = 0;
        figures = "";
        Timer waiting = new Timer("poke-sim-progress", true);
        timer = waiting;
        waiting.schedule(
                new TimerTask() {
                    @Override
                    public void run() {
                        show(what, total, waiting);
                    }
                },
                delayMillis);
    }

    private synchronized void show(String what, long total, Timer caller) {
        // The work may have ended, and other work begun, while this waited for the monitor.
        if (timer != caller) {
            return;
        }
        ProgressBarBuilder builder = new ProgressBarBuilder();
        if (total <= 0) {
            builder.setRenderer(BarProgress::withoutBar);
        }
        bar = builder.setTaskName(what)
                .setInitialMax(total > 0 ? total : -1)
                .setStyle(ProgressBarStyle.ASCII)
                .clearDisplayOnFinish()
                .continuousUpdate()
                .startsFrom(0, Duration.ofMillis(delayMillis))
                .setConsumer(new WipedConsumer(terminal))
                .build();
        bar.stepTo(stepsDone);
        bar.setExtraMessage(figures);
    }

    /** What there is to say of work whose length nobody knows; a bar would only take the place of the figures. */
    private static String withoutBar(ProgressState state, int columns) {
        long seconds = state.getTotalElapsed().toSeconds();
        String line = String.format(
                Locale.ROOT,
                "%s: %d/? (%d:%02d) %s",
                state.getTaskName(),
                state.getCurrent(),
                seconds / 60,
                seconds % 60,
                state.getExtraMessage());
        return line.substring(0, Math.min(line.length(), columns));
    }

    @Override
    public synchronized void step(long done) {
        stepsDone = done;
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    @Override
    public synchronized void detail(String latest) {
        figures = latest;
        if (bar != null) {
            bar.setExtraMessage(latest);
        }
    }

    @Override
    public synchronized void note(String line) {
        terminal.println(bar == null ? line : WIPE_LINE + line);
    }

    @Override
    public synchronized void done() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    /** Wipes the bar out by one control sequence: the library's blanks fill the line, and many terminals go on to the next. */
    private static final class WipedConsumer extends ConsoleProgressBarConsumer {
        private final PrintStream terminal;

        WipedConsumer(PrintStream terminal) {
            super(terminal, WIDTH);
            this.terminal = terminal;
        }

        @Override
        public void clear() {
            terminal.print(WIPE_LINE);
            terminal.flush();
        }

        /** Without the library's line break: nothing of the bar is left that a line would end. */
        @Override
        public void close() {
            terminal.flush();
        }
    }
}
