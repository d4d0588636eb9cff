package dev.pokesim.cli.console;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Timer;
import java.util.TimerTask;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
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
        bar = new ProgressBarBuilder()
                .setTaskName(what)
                .setInitialMax(total > 0 ? total : -1)
                .setStyle(ProgressBarStyle.ASCII)
                .clearDisplayOnFinish()
                .continuousUpdate()
                .startsFrom(0, Duration.ofMillis(delayMillis))
                .setConsumer(new WipedConsumer(terminal))
                .build();
        bar.stepTo(stepsDone);
    }

    @Override
    public synchronized void step(long done) {
        stepsDone = done;
        if (bar != null) {
            bar.stepTo(done);
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
