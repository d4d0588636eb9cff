package dev.pokesim.cli.command;

import dev.pokesim.cli.console.OutputOptions;
import dev.pokesim.emulator.coherence.MachineProfileReader;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.scenario.ScenarioReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code poke-sim profile list|show|validate}: the constants of machines and the inputs of scenarios, with their sources. */
@Command(
        name = "profile",
        description = "List, show and validate machine profiles and scenarios.",
        footer = {
            "",
            "Examples:",
            "  poke-sim profile list",
            "  poke-sim profile show milan",
            "  poke-sim profile show --scenario busy-server --format json",
            "  poke-sim profile validate my-machine.yaml",
            "",
            "A file of your own may say 'extends: milan' and then states only what differs."
        })
public final class ProfileCommand {
    private static final String SCENARIO = "--scenario";
    private static final String SCENARIO_HELP = "A scenario is meant, not a machine profile.";

    @Command(
            name = "list",
            description = "List the machine profiles and scenarios that come with poke-sim.",
            footer = {"", "Example: poke-sim profile list"})
    int list(@Mixin OutputOptions output) {
        return output.print(new ProfileListReport(
                        MachineProfileReader.embeddedNames().stream()
                                .map(name -> new ProfileListReport.Entry(
                                        name, profile(name).description()))
                                .toList(),
                        ScenarioReader.embeddedNames().stream()
                                .map(name -> new ProfileListReport.Entry(
                                        name, scenario(name).description()))
                                .toList()))
                .exitCode()
                .value();
    }

    @Command(
            name = "show",
            description = "Print every constant with its unit, evidence and source.",
            footer = {
                "",
                "Examples:",
                "  poke-sim profile show mid",
                "  poke-sim profile show --scenario quiet",
                "  poke-sim profile show my-machine.yaml"
            })
    int show(
            @Parameters(paramLabel = "NAME|FILE", description = "An embedded name, or the path of a YAML file.")
                    String nameOrFile,
            @Option(names = SCENARIO, description = SCENARIO_HELP) boolean isScenario,
            @Mixin OutputOptions output) {
        return output.print(read(nameOrFile, isScenario)).exitCode().value();
    }

    @Command(
            name = "validate",
            description = "Check a file of your own; a mistake is told with its line and ends with status 2.",
            footer = {
                "",
                "Examples:",
                "  poke-sim profile validate my-machine.yaml",
                "  poke-sim profile validate --scenario my-server.yaml"
            })
    int validate(
            @Parameters(paramLabel = "FILE", description = "The path of a YAML file.") String file,
            @Option(names = SCENARIO, description = SCENARIO_HELP) boolean isScenario,
            @Mixin OutputOptions output) {
        return output.print(ProfileValidReport.of(file, read(file, isScenario)))
                .exitCode()
                .value();
    }

    private static ProfileReport read(String nameOrFile, boolean isScenario) {
        return isScenario ? scenario(nameOrFile) : profile(nameOrFile);
    }

    private static ProfileReport profile(String nameOrFile) {
        var profile = KernelCosts.profileReader().read(nameOrFile);
        return ProfileReport.of("profile", profile.name(), profile.description(), profile.constants());
    }

    private static ProfileReport scenario(String nameOrFile) {
        var scenario = ScenarioReader.read(nameOrFile);
        return ProfileReport.of("scenario", scenario.name(), scenario.description(), scenario.constants());
    }
}
