package dev.pokesim.cli.console;

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
}
