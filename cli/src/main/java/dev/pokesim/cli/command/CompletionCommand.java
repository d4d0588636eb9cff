package dev.pokesim.cli.command;

import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.ExitCode;
import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code poke-sim completion}: prints a script that lets bash and zsh complete commands and options. */
@Command(
        name = "completion",
        description = "Print a script that lets bash and zsh complete commands and options.",
        footer = {
            "",
            "Examples:",
            "  source <(poke-sim completion)",
            "        for this shell; zsh: first autoload -U +X bashcompinit && bashcompinit",
            "  poke-sim completion > ~/.local/share/bash-completion/completions/poke-sim",
            "        for every new bash"
        })
public final class CompletionCommand implements Callable<Integer> {
    private final Console console;

    @Spec
    private CommandSpec spec;

    /** The command, printing to this console. */
    public CompletionCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        CommandLine program = spec.root().commandLine();
        console.out().print(AutoComplete.bash(program.getCommandName(), program));
        return ExitCode.FINE.value();
    }
}
