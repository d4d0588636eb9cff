package dev.pokesim.cli.command;

import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.explore.Schedule;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where schedules of what was found go. */
final class ScheduleOptions {
    private static final int NAME_BYTES = 4;
    private static final int LONGEST_TOKEN = 2000;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Write the schedule of a violation there (default: the current directory).")
    private @Nullable Path folder;

    @Option(names = "--no-schedule", description = "Write no schedule.")
    private boolean none;

    /**
     * A schedule that was written.
     *
     * @param file where
     * @param token the same in one word; null if that is too long for a line
     */
    record Saved(String file, @Nullable String token) {
        void printText(PrintWriter out) {
            out.println("Schedule: " + file + "; see it again with poke-sim replay " + file);
            if (token != null) {
                out.println("or, without the file: poke-sim replay " + token);
            }
        }
    }

    /** Whether schedules are written. */
    boolean isAsked() {
        TargetOptions.require(!none || folder == null, "--no-schedule and --out contradict each other; leave out one");
        return !none;
    }

    /**
     * Writes one, all of it or nothing, under a name that follows from its content.
     *
     * @param oracle the property that is violated
     * @throws UserError if it cannot be written
     */
    Saved save(String oracle, String protocol, Schedule schedule) {
        byte[] content = schedule.text().getBytes(StandardCharsets.US_ASCII);
        String name = words(oracle) + "-" + words(protocol) + "-" + firstDigits(content) + ".schedule";
        Path file = (folder == null ? Path.of("") : folder).resolve(name);
        try {
            Path whole = file.toAbsolutePath();
            Path part = Files.createTempFile(whole.getParent(), "." + name, ".part");
            try {
                Files.write(part, content);
                Files.move(part, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            throw new UserError(
                    file + ": cannot write the schedule: " + e
                            + "; name another folder with --out DIR, or --no-schedule",
                    e);
        }
        String token = schedule.token();
        return new Saved(file.toString(), token.length() <= LONGEST_TOKEN ? token : null);
    }

    /** Like no-torn-instruction. */
    private static String words(String camelCase) {
        return camelCase
                .replaceAll("([a-z0-9])([A-Z])", "$1-$2")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-");
    }

    private static String firstDigits(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest, 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
