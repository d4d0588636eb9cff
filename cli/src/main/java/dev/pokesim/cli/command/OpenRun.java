package dev.pokesim.cli.command;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.trace.TraceReader;
import dev.pokesim.patcher.schedule.StepDoesNotFit;
import dev.pokesim.patcher.site.InvalidInput;
import dev.pokesim.patcher.travel.PatchTimeline;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The run of a schedule, of its token or of a trace, opened to be walked both ways. */
final class OpenRun implements Closeable {
    /** What a trace begins with and no text does. */
    private static final int TRACE = 0x89;

    private final PatchTimeline run;
    private final @Nullable TraceReader trace;

    private OpenRun(PatchTimeline run, @Nullable TraceReader trace) {
        this.run = run;
        this.trace = trace;
    }

    /**
     * Opens one.
     *
     * @param file or a token
     * @param force whether a schedule may have been made by another model
     * @throws UserError if it cannot be read
     * @throws InvalidDataFile if it is no such file, or the run cannot be done again
     */
    static OpenRun of(String file, boolean force) {
        boolean isToken = file.startsWith(Schedule.TOKEN_PREFIX);
        String name = isToken ? "the token" : file;
        byte[] content = isToken
                ? Schedule.ofToken(name, file).text().getBytes(StandardCharsets.US_ASCII)
                : read(file, Schedule.MAX_BYTES + 1);
        TraceReader trace = null;
        try {
            if (content.length > 0 && (content[0] & 0xff) == TRACE) {
                trace = TraceReader.open(Path.of(file));
                OpenRun open = new OpenRun(PatchTimeline.ofTrace(name, trace), trace);
                trace = null;
                return open;
            }
            return new OpenRun(PatchTimeline.ofSchedule(name, content, force), null);
        } catch (StepDoesNotFit step) {
            throw new InvalidDataFile(
                    name,
                    Schedule.lineOfStep(content, step.index()),
                    "",
                    "step " + (step.index() + 1) + ": " + step.getMessage());
        } catch (InvalidInput invalid) {
            throw new UserError(invalid.getMessage(), invalid);
        } finally {
            if (trace != null) {
                trace.close();
            }
        }
    }

    private static byte[] read(String file, int mostBytes) {
        try (InputStream in = Files.newInputStream(Path.of(file))) {
            return in.readNBytes(mostBytes);
        } catch (IOException | InvalidPathException e) {
            throw new UserError(file + ": cannot read the schedule or trace: " + e, e);
        }
    }

    PatchTimeline run() {
        return run;
    }

    @Override
    public void close() {
        if (trace != null) {
            trace.close();
        }
    }
}
