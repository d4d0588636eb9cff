package dev.pokesim.cli.console;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Something the user gave is wrong: usage or input. Ends the program with one line on standard error, without a stack trace, and
 * {@link ExitCode#BAD_USAGE}. The message says what, where and what to do, starts with a lower-case letter and has no full stop.
 */
public final class UserError extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** An error of this message. */
    public UserError(String message) {
        super(message);
    }

    /** An error of this message that follows from another; the other is shown with {@code --verbose} only. */
    public UserError(String message, Throwable cause) {
        super(message, cause);
    }

    /** The error of a file that could not be read: says the reason in words where the JDK has only a class for it. */
    public static UserError cannotRead(Path file, IOException cause) {
        return new UserError("cannot read " + file + ": " + reason(file, cause), cause);
    }

    /** The error of a file that could not be written. */
    public static UserError cannotWrite(Path file, IOException cause) {
        return new UserError("cannot write " + file + ": " + reason(file, cause), cause);
    }

    private static String reason(Path file, IOException cause) {
        if (Files.isDirectory(file)) {
            return "it is a directory; name a file";
        }
        if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
            return "no such file";
        }
        if (cause instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (cause instanceof CharacterCodingException) {
            return "it is not UTF-8 text";
        }
        String message = cause.getMessage();
        return message == null || message.equals(file.toString())
                ? cause.getClass().getSimpleName()
                : message;
    }
}
