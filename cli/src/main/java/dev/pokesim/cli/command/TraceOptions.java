package dev.pokesim.cli.command;

import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.patcher.run.PatchRun;
import dev.pokesim.patcher.run.RunReport;
import dev.pokesim.patcher.run.RunSetup;
import dev.pokesim.patcher.run.RunTrace;
import dev.pokesim.patcher.run.TraceLevel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that record a run. */
final class TraceOptions {
    static final String TRACE = "--trace";

    @Option(
            names = TRACE,
            paramLabel = "FILE",
            description = "Record what happens in FILE while it happens; poke-sim trace FILE prints it.")
    private @Nullable Path file;

    @Option(
            names = "--trace-level",
            paramLabel = "LEVEL",
            description = {
                "summary: what the patcher does; protocol: and fetches at sites, traps, IPIs, handlers; instructions: and "
                        + "every instruction; memory: and every store, locked operation and cache-line transfer (default: "
                        + "protocol)."
            })
    private @Nullable String level;

    /** Does a run. */
    @FunctionalInterface
    interface Runner {
        /**
         * @param trace records it; null if nobody does
         */
        RunReport run(RunSetup setup, @Nullable RunTrace trace, PatchRun.Progress progress);
    }

    /** Starts the trace of a run. */
    @FunctionalInterface
    interface Recorder {
        /**
         * @param command what the user typed
         */
        RunTrace start(RunSetup setup, TraceLevel level, String command, OutputStream out) throws IOException;
    }

    /**
     * Runs all, and records the only one if a trace is wanted.
     *
     * @param arguments what the user typed
     * @throws UserError if the file cannot be made
     * @throws IOException if it can, but not be written; so does {@link UncheckedIOException}
     */
    List<RunReport> run(
            List<RunSetup> setups, Runner runner, Recorder recorder, OutputOptions output, List<String> arguments)
            throws IOException {
        TargetOptions.require(file != null || level == null, "--trace-level needs --trace FILE");
        TraceLevel chosen = level == null
                ? TraceLevel.PROTOCOL
                : TargetOptions.named("--trace-level", level, List.of(TraceLevel.values()), TraceLevel::optionName);
        if (file == null) {
            return Replicas.run("patching", setups, output, (setup, progress) -> runner.run(setup, null, progress));
        }
        TargetOptions.require(setups.size() == 1, "--trace records one run; leave --replicas out");
        String command = TypedCommand.without(Set.of(TRACE), arguments);
        try (RunTrace trace = recorder.start(setups.get(0), chosen, command, open(file))) {
            List<RunReport> reports =
                    Replicas.run("patching", setups, output, (setup, progress) -> runner.run(setup, trace, progress));
            trace.finish(reports.get(0));
            return reports;
        }
    }

    /** In one line why the trace is not whole, and what of it there is. */
    String whyNotWritten(Exception failure) {
        Throwable cause = failure instanceof UncheckedIOException ? failure.getCause() : failure;
        return "--trace " + file + ": " + (cause == null ? failure : cause).getMessage()
                + "; what was written up to there can be read; make room, or record less with --trace-level";
    }

    private static OutputStream open(Path file) {
        if (Files.isDirectory(file)) {
            throw new UserError("--trace " + file + " is a directory; name a file");
        }
        try {
            return Files.newOutputStream(file);
        } catch (NoSuchFileException e) {
            throw new UserError("--trace " + file + ": its folder does not exist; make it first", e);
        } catch (AccessDeniedException e) {
            throw new UserError("--trace " + file + ": may not be written; name another file", e);
        } catch (IOException e) {
            throw new UserError("--trace " + file + ": cannot be written: " + e.getMessage(), e);
        }
    }
}
