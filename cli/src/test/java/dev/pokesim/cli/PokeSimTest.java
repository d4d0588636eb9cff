package dev.pokesim.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.Interruption;
import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.cli.console.Report;
import dev.pokesim.cli.console.UserError;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class PokeSimTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Console console =
            new Console(new PrintWriter(out), new PrintWriter(err), false, false, new Interruption());

    @Test
    void helpNamesEveryCommandAndGoesToStandardOutput() {
        assertEquals(0, PokeSim.run(console, "--help"));
        for (String command : PokeSim.commandLine(console).getSubcommands().keySet()) {
            assertTrue(out.toString().contains("\n  " + command + " "), command + " is missing in:\n" + out);
        }
        assertEquals("", err.toString());
    }

    @Test
    void helpOfEveryCommandShowsAnExampleOfThatCommand() {
        PokeSim.commandLine(console).getSubcommands().forEach((name, command) -> {
            String footer =
                    String.join("\n", command.getCommandSpec().usageMessage().footer());
            assertTrue(footer.contains("Example"), name + " has no example");
            assertTrue(footer.contains("poke-sim " + name), name + " has no example of its own, but: " + footer);
        });
    }

    @Test
    void examplesAreNotBrokenOverLines() {
        for (CommandLine command : PokeSim.commandLine(console).getSubcommands().values()) {
            for (String line : command.getCommandSpec().usageMessage().footer()) {
                assertTrue(line.length() <= 80, "an example must fit in a line to be copied: " + line);
            }
        }
    }

    @Test
    void versionSaysProgramCommitAndJava() {
        assertEquals(0, PokeSim.run(console, "--version"));
        assertTrue(
                out.toString().matches("poke-sim \\d+\\.\\S+ \\(commit [0-9a-z-]+\\)\\RJava \\d+.*\\R"),
                "printed: " + out);
    }

    @Test
    void noCommandIsBadUsage() {
        assertOneErrorLine(2, "poke-sim: missing required subcommand; try poke-sim --help");
    }

    @Test
    void unknownCommandIsBadUsageAndASimilarOneIsSuggested() {
        assertOneErrorLine(
                2,
                "poke-sim: unknown command: 'completio' (did you mean completion?); try poke-sim --help",
                "completio");
    }

    @Test
    void nothingIsSuggestedIfNothingIsSimilar() {
        assertOneErrorLine(2, "poke-sim: unknown command: 'x-ray-machine'; try poke-sim --help", "x-ray-machine");
    }

    @Test
    void aMistypedOptionIsSuggestedAsItIsSpelled() {
        assertOneErrorLine(
                2,
                "poke-sim: unknown option: '--fromat=json' (did you mean --format?); try poke-sim fail --help",
                "fail",
                "--fromat=json");
    }

    @Test
    void anArgumentTooManyIsBadUsage() {
        assertOneErrorLine(
                2,
                "poke-sim: unmatched argument at index 1: 'zsh'; try poke-sim completion --help",
                "completion",
                "zsh");
    }

    @Test
    void unknownOptionPointsToTheHelpOfItsCommand() {
        assertOneErrorLine(
                2, "poke-sim: unknown option: '--such'; try poke-sim completion --help", "completion", "--such");
    }

    @Test
    void unknownFormatIsBadUsageAndTheKnownOnesAreNamed() {
        assertOneErrorLine(
                2,
                "poke-sim: invalid value for option '--format': 'yaml' is neither text nor json; try poke-sim fail --help",
                "fail",
                "--format",
                "yaml");
    }

    @Test
    void userErrorIsOneLineWithoutStackTrace() {
        assertOneErrorLine(2, "poke-sim: x.elf: not an ELF file; name one", "fail", "--verbose");
    }

    @Test
    void charactersThatSteerATerminalDoNotReachIt() {
        failure = new UserError("cannot read a\nb\u001b[2Jc: no such file");
        assertOneErrorLine(2, "poke-sim: cannot read a?b?[2Jc: no such file", "fail");
    }

    @Test
    void anyOtherExceptionIsABugInOneLine() {
        failure = new IllegalStateException("refs is -1");
        assertOneErrorLine(
                4,
                "poke-sim: bug: java.lang.IllegalStateException: refs is -1; please report it with the output of the same "
                        + "command and --verbose",
                "fail");
    }

    @Test
    void verboseAddsTheStackTraceOfABug() {
        failure = new IllegalStateException("refs is -1");
        assertEquals(4, run("fail", "--verbose"));
        assertTrue(
                err.toString().startsWith("poke-sim: bug: java.lang.IllegalStateException: refs is -1\n"),
                err.toString());
        assertTrue(err.toString().contains("\tat " + PokeSimTest.class.getName()), err.toString());
    }

    @Test
    void errorsOfTheJvmAreBugsToo() {
        failure = new AssertionError("two owners");
        assertEquals(4, run("fail"));
        assertTrue(err.toString().startsWith("poke-sim: bug: java.lang.AssertionError: two owners;"), err.toString());
        assertEquals(1, err.toString().lines().count());
    }

    @Test
    void tooSmallAHeapIsIncompleteNotABug() {
        failure = new OutOfMemoryError();
        assertEquals(3, run("fail"));
        assertTrue(err.toString().startsWith("poke-sim: out of memory; give it more than "), err.toString());
        assertEquals(1, err.toString().lines().count());
    }

    @Test
    void oneReportIsPrintedAsTextOrJson() {
        assertEquals(0, run("report"));
        assertEquals("3 cores\n", out.toString());
        out.getBuffer().setLength(0);
        assertEquals(0, run("report", "--format", "JSON"));
        assertEquals("{\n  \"version\": 1,\n  \"cores\": 3\n}\n", out.toString());
    }

    @Test
    void aResultThatCannotBeWrittenIsNotFine() {
        PrintWriter full = new PrintWriter(Writer.nullWriter());
        full.close();
        assertEquals(3, PokeSim.run(new Console(full, console.err(), false, false, new Interruption()), "completion"));
        assertEquals(
                "poke-sim: cannot write the result to standard output: it is full or was closed"
                        + System.lineSeparator(),
                err.toString());
    }

    @Test
    void colourIsUsedOnlyOnAConsoleThatWantsIt() {
        PokeSim.run(console, "--help");
        assertFalse(out.toString().contains("\u001b["));
        PokeSim.run(new Console(console.out(), console.err(), true, false, new Interruption()), "--help");
        assertTrue(out.toString().contains("\u001b["));
    }

    private Throwable failure = new UserError("x.elf: not an ELF file; name one");

    private void assertOneErrorLine(int status, String line, String... args) {
        assertEquals(status, run(args));
        assertEquals(line + System.lineSeparator(), err.toString());
        assertEquals("", out.toString());
    }

    private int run(String... args) {
        CommandLine commands = PokeSim.commandLine(console);
        commands.addSubcommand(new CommandLine(new FailCommand(failure), new ConsoleFactory(console)));
        commands.addSubcommand(new CommandLine(new ReportCommand(), new ConsoleFactory(console)));
        return PokeSim.run(console, commands.setCaseInsensitiveEnumValuesAllowed(true), args);
    }

    @Command(name = "fail")
    static final class FailCommand implements Callable<Integer> {
        private final Throwable failure;

        @Mixin
        private OutputOptions output;

        FailCommand(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public Integer call() throws Exception {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (Exception) failure;
        }
    }

    @Command(name = "report")
    static final class ReportCommand implements Callable<Integer> {
        @Mixin
        private OutputOptions output;

        @Override
        public Integer call() {
            return output.print(new Cores(3)).exitCode().value();
        }
    }

    record Cores(int cores) implements Report {
        @Override
        public void printText(PrintWriter out) {
            out.print(cores + " cores\n");
        }
    }
}
