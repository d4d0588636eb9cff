package dev.pokesim.cli;

import dev.pokesim.cli.command.BpfCommand;
import dev.pokesim.cli.command.CheckCommand;
import dev.pokesim.cli.command.CompareCommand;
import dev.pokesim.cli.command.CompletionCommand;
import dev.pokesim.cli.command.GdbCommand;
import dev.pokesim.cli.command.ProfileCommand;
import dev.pokesim.cli.command.ReplayCommand;
import dev.pokesim.cli.command.RunCommand;
import dev.pokesim.cli.command.SitesCommand;
import dev.pokesim.cli.command.StepCommand;
import dev.pokesim.cli.command.TraceCommand;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.ExitCode;
import dev.pokesim.cli.console.OutputOptions;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ScopeType;

/** The program {@code poke-sim}: {@code main} and the list of commands. */
@Command(
        name = "poke-sim",
        scope = ScopeType.INHERIT,
        mixinStandardHelpOptions = true,
        versionProvider = VersionText.class,
        description = {
            "A laboratory for live x86 code patching: runs x86-64 code on many emulated cores while a patcher rewrites it the way the "
                    + "Linux kernel does.",
            ""
        },
        commandListHeading = "%nCommands (poke-sim COMMAND --help says more about one):%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:fine",
            "1:a property was violated",
            "2:bad usage or bad input",
            "3:stopped before a verdict: time, memory, Ctrl-C",
            "4:a bug in poke-sim, or an installation that cannot run"
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim run --cores 480 --sites 164",
            "  poke-sim compare --cores 480 --sites 164",
            "  poke-sim check --cores 480 --sites 164",
            "  poke-sim step testdata/schedules/torn-jmp-after-missing-sync.schedule",
            "  poke-sim trace storm.trace --counts",
            "  poke-sim bpf check --form v6 --scenario start-vs-delete",
            "  poke-sim bpf run --form merged --cores 64 --duration 50ms",
            "  poke-sim sites testdata/elf/statickeys.elf",
            "  poke-sim profile show milan"
        })
public final class PokeSim {
    private static final List<Class<?>> COMMANDS = List.of(
            RunCommand.class,
            CompareCommand.class,
            CheckCommand.class,
            ReplayCommand.class,
            StepCommand.class,
            TraceCommand.class,
            GdbCommand.class,
            BpfCommand.class,
            SitesCommand.class,
            ProfileCommand.class,
            CompletionCommand.class);

    private PokeSim() {}

    /** Runs the program and ends the process. */
    public static void main(String[] args) {
        Console console = Console.ofProcess();
        console.interruption().arm();
        int status = run(console, args);
        console.interruption().finish(status);
        System.exit(status);
    }

    /**
     * Runs the program.
     *
     * @return the value of an {@link ExitCode}
     */
    static int run(Console console, String... args) {
        return run(console, commandLine(console, commandsFor(args)), args);
    }

    /** Runs some commands with this program's handling of errors. */
    static int run(Console console, CommandLine commands, String... args) {
        ErrorLines errors = new ErrorLines(console);
        int status;
        try {
            status = commands.setParameterExceptionHandler(errors)
                    .setExecutionExceptionHandler(errors)
                    .execute(args);
        } catch (OutOfMemoryError e) {
            status = errors.outOfMemory();
        } catch (Error e) {
            // Picocli hands over exceptions only.
            status = errors.bug(e, List.of(args).contains(OutputOptions.VERBOSE));
        }
        // Flushes as well; a writer keeps its failures to itself until asked.
        if (console.out().checkError()) {
            console.errorLine("poke-sim: cannot write the result to standard output: it is full or was closed");
            return ExitCode.INCOMPLETE.value();
        }
        return status;
    }

    /** The commands and their options, as picocli needs them for parsing, help and completion. */
    static CommandLine commandLine(Console console) {
        return commandLine(console, COMMANDS);
    }

    /** To build the options of every command takes longer than to start the JVM: one that is named comes alone. */
    private static List<Class<?>> commandsFor(String[] args) {
        return COMMANDS.stream()
                .filter(command -> args.length > 0 && command != CompletionCommand.class && isNamed(command, args[0]))
                .findAny()
                .<List<Class<?>>>map(List::of)
                .orElse(COMMANDS);
    }

    private static boolean isNamed(Class<?> command, String name) {
        return command.getAnnotation(Command.class).name().equals(name);
    }

    private static CommandLine commandLine(Console console, List<Class<?>> subcommands) {
        CommandLine commands = new CommandLine(new PokeSim(), new ConsoleFactory(console));
        for (Class<?> subcommand : subcommands) {
            commands.addSubcommand(subcommand);
        }
        return commands.setOut(console.out())
                .setErr(console.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(false)
                .setColorScheme(CommandLine.Help.defaultColorScheme(console.colour() ? Ansi.ON : Ansi.OFF));
    }
}
