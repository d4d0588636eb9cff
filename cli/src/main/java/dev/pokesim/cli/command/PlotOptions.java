package dev.pokesim.cli.command;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.cli.plot.Drawing;
import dev.pokesim.cli.plot.Png;
import dev.pokesim.cli.plot.Svg;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options that draw a result. */
final class PlotOptions {
    private static final String PLOT = "--plot";
    private static final String REPORT = "--report";
    /** Options that name a file to be written: not part of how a result was made. */
    private static final Set<String> FILES = Set.of(PLOT, REPORT, TraceOptions.TRACE);

    @Option(
            names = PLOT,
            paramLabel = "FILE",
            description =
                    "Draw the result into FILE, which ends with .svg or .png: traps per core over time, the queue for the "
                            + "refs line, handler latencies.")
    private @Nullable Path plot;

    @Option(
            names = REPORT,
            paramLabel = "FILE",
            description = "Write the result and its pictures as one page into FILE, which ends with .html.")
    private @Nullable Path report;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    /**
     * Whether anything is to be drawn.
     *
     * @throws UserError if a file cannot be one: better now than after the run
     */
    boolean areWanted() {
        if (plot != null) {
            requirePlot(plot);
        }
        if (report != null) {
            require(REPORT, report, List.of("html"));
        }
        return plot != null || report != null;
    }

    /**
     * That a picture can be written there.
     *
     * @throws UserError if not
     */
    static void requirePlot(Path file) {
        require(PLOT, file, List.of("svg", "png"));
    }

    /**
     * Writes a picture.
     *
     * @param spec of the command whose result is drawn
     * @throws UserError if it cannot be written
     */
    static void put(Path file, Drawing picture, CommandSpec spec) {
        put(PLOT, file, ending(file).equals("svg") ? utf8(Svg.file(picture, command(spec))) : png(picture));
    }

    private static void require(String option, Path file, List<String> endings) {
        TargetOptions.require(
                endings.contains(ending(file)),
                option + " " + file + ": name a file that ends with ." + String.join(" or .", endings));
        TargetOptions.require(!Files.isDirectory(file), option + " " + file + " is a directory; name a file");
        Path folder = folder(file);
        TargetOptions.require(
                Files.isDirectory(folder), option + " " + file + ": its folder does not exist; make it first");
        TargetOptions.require(
                Files.isWritable(folder) && (!Files.exists(file) || Files.isWritable(file)),
                option + " " + file + ": may not be written; name another file");
    }

    private static String ending(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    private static Path folder(Path file) {
        Path absolute = file.toAbsolutePath();
        Path parent = absolute.getParent();
        return parent == null ? absolute : parent;
    }

    /** What the user typed, but for the names of files that were written. */
    private String command() {
        return command(spec);
    }

    private static String command(CommandSpec spec) {
        return TypedCommand.without(FILES, spec.commandLine().getParseResult().originalArgs());
    }

    /**
     * Writes what is wanted of a single run.
     *
     * @throws UserError if a file cannot be written
     */
    void write(RunPicture run) {
        write(List.of(run), null);
    }

    /**
     * Writes what is wanted of several runs and the table that compares them, which may be null.
     *
     * @throws UserError if a file cannot be written
     */
    void write(List<RunPicture> runs, @Nullable CompareResult compared) {
        List<RunPictures.Captioned> pictures = RunPictures.of(runs, compared);
        if (plot != null) {
            Drawing whole = Drawing.stacked(
                    RunPage.title(runs),
                    pictures.stream().map(RunPictures.Captioned::drawing).toList());
            put(plot, whole, spec);
        }
        if (report != null) {
            put(REPORT, report, utf8(new RunPage(runs, compared, pictures, command(), version()).html()));
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] png(Drawing drawing) {
        try {
            return Png.file(drawing);
        } catch (Png.NoFonts none) {
            throw new UserError(
                    PLOT + ": " + none.getMessage() + "; name a file that ends with .svg, or install a font", none);
        }
    }

    /** The program without what it runs on: the same result is the same page on every Java. */
    private String version() {
        try {
            return spec.root().versionProvider().getVersion()[0];
        } catch (Exception unknown) {
            throw new IllegalStateException(unknown); // it reads a resource of this program
        }
    }

    /** Writes all of it or nothing. */
    private static void put(String option, Path file, byte[] bytes) {
        // beside it, so that it can be renamed; with the permissions of any new file, which temporary files do not have
        Path unfinished = folder(file)
                .resolve(
                        "." + file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
        try {
            Files.write(unfinished, bytes);
            Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (AccessDeniedException e) {
            remove(unfinished);
            throw new UserError(option + " " + file + ": may not be written; name another file", e);
        } catch (IOException e) {
            remove(unfinished);
            throw new UserError(option + " " + file + ": cannot be written: " + reason(e), e);
        }
    }

    /** Without the name of the unfinished file, which nobody asked for. */
    private static String reason(IOException failure) {
        String reason = failure instanceof FileSystemException of ? of.getReason() : failure.getMessage();
        return reason == null ? failure.getClass().getSimpleName() : reason;
    }

    private static void remove(Path unfinished) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            // what went wrong first is what the user is told
        }
    }
}
