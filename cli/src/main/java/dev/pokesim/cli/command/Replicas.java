package dev.pokesim.cli.command;

import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.ProgressReporter;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.machine.GuestCrash;
import dev.pokesim.patcher.guest.GuestStopped;
import dev.pokesim.patcher.run.PatchRun;
import dev.pokesim.patcher.run.RunReport;
import dev.pokesim.patcher.run.RunSetup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Runs several setups, as many at a time as there are processors; one run is never more than one thread. */
final class Replicas {
    private Replicas() {}

    /** Runs one. */
    @FunctionalInterface
    interface Runner {
        RunReport run(RunSetup setup, PatchRun.Progress progress);
    }

    /** Runs all; the reports come in the order of the setups. After Ctrl-C the later ones are incomplete. */
    static List<RunReport> run(String what, List<RunSetup> setups, OutputOptions output, Runner runner) {
        ProgressReporter progress = output.progress();
        BooleanSupplier stop = output.stopRequested();
        boolean single = setups.size() == 1;
        progress.start(single ? what + ", simulated ms" : what, single ? 0 : setups.size());
        AtomicLong finished = new AtomicLong();
        ExecutorService pool = Executors.newFixedThreadPool(
                Math.min(setups.size(), Runtime.getRuntime().availableProcessors()));
        try {
            List<Future<RunReport>> futures = new ArrayList<>();
            for (RunSetup setup : setups) {
                futures.add(pool.submit(() -> {
                    RunReport report = runner.run(setup, (simulatedPs, step) -> {
                        if (single) {
                            progress.step(simulatedPs / 1_000_000_000L);
                        }
                        return !stop.getAsBoolean();
                    });
                    long done = finished.incrementAndGet();
                    if (!single) {
                        progress.step(done);
                    }
                    return report;
                }));
            }
            List<RunReport> reports = new ArrayList<>();
            for (Future<RunReport> future : futures) {
                reports.add(future.get());
            }
            return reports;
        } catch (ExecutionException failed) {
            throw unwrapped(failed.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", interrupted);
        } finally {
            pool.shutdownNow();
            progress.done();
        }
    }

    /** What the guest cannot do is the input's fault; everything else is a bug of ours. */
    private static RuntimeException unwrapped(@Nullable Throwable cause) {
        if (cause instanceof GuestCrash) {
            return new UserError(
                    "the guest cannot go on: " + cause.getMessage()
                            + "; --hot-sites 0 patches without calling the functions of the input",
                    cause);
        }
        if (cause instanceof GuestStopped) {
            return new UserError("the guest kernel cannot go on: " + cause.getMessage(), cause);
        }
        if (cause instanceof RuntimeException runtime) {
            return runtime;
        }
        if (cause instanceof Error error) {
            throw error;
        }
        return new IllegalStateException(cause);
    }
}
