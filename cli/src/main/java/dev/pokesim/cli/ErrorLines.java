package dev.pokesim.cli;

import dev.pokesim.cli.console.CloseMatches;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.UserError;
import dev.pokesim.emulator.datafile.InvalidDataFile;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns every way a command can fail into one line on standard error and an {@link ExitCode}. */
final class ErrorLines implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private final Console console;

    ErrorLines(Console console) {
        this.console = console;
    }

    @Override
    public int handleParseException(ParameterException exception, String[] args) {
        CommandSpec command = exception.getCommandLine().getCommandSpec();
        String line = exception instanceof UnmatchedArgumentException unmatched
                ? unmatchedLine(unmatched, command)
                : startingSmall(message(exception));
        console.errorLine("poke-sim: " + line + "; try " + command.qualifiedName() + " --help");
        return ExitCode.BAD_USAGE.value();
    }

    @Override
    public int handleExecutionException(Exception exception, CommandLine command, ParseResult parsed) {
        if (exception instanceof UserError || exception instanceof InvalidDataFile) {
            console.errorLine("poke-sim: " + message(exception));
            return ExitCode.BAD_USAGE.value();
        }
        return bug(exception, command.getParseResult().hasMatchedOption(OutputOptions.VERBOSE));
    }

    /** Reports a failure that no user can be blamed for. */
    int bug(Throwable failure, boolean verbose) {
        String advice =
                verbose ? "" : "; please report it with the output of the same command and " + OutputOptions.VERBOSE;
        console.errorLine("poke-sim: bug: " + failure + advice);
        if (verbose) {
            failure.printStackTrace(console.err());
        }
        return ExitCode.BUG.value();
    }

    /** Reports that the heap was too small for what the user asked for. */
    int outOfMemory() {
        console.errorLine("poke-sim: out of memory; give it more than "
                + Runtime.getRuntime().maxMemory() / (1 << 20)
                + " MiB, for example with POKE_SIM_OPTS=-Xmx8g in the environment");
        return ExitCode.INCOMPLETE.value();
    }

    /** Picocli calls a mistyped command an unmatched argument, and suggests names that are not close. */
    private static String unmatchedLine(UnmatchedArgumentException exception, CommandSpec command) {
        String typed = exception.getUnmatched().get(0);
        boolean isOption = exception.isUnknownOption();
        List<String> names = isOption
                ? command.optionsMap().keySet().stream()
                        .filter(name -> name.startsWith("--"))
                        .toList()
                : List.copyOf(command.subcommands().keySet());
        String what =
                isOption || names.isEmpty() ? startingSmall(message(exception)) : "unknown command: '" + typed + "'";
        List<String> close = CloseMatches.of(isOption ? typed.replaceFirst("=.*", "") : typed, names);
        return close.isEmpty() ? what : what + " (did you mean " + String.join(" or ", close) + "?)";
    }

    private static String message(Exception exception) {
        String message = exception.getMessage();
        return message == null ? exception.getClass().getSimpleName() : message.strip();
    }

    /** Picocli's messages start with a capital letter, all others here do not. */
    private static String startingSmall(String message) {
        return message.isEmpty() ? message : message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
    }
}
