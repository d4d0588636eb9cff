package dev.pokesim.cli.command;

import picocli.CommandLine.Command;

/** {@code poke-sim bpf}: timers of BPF programs that run in NMI. */
@Command(
        name = "bpf",
        description = {
            "BPF timers that may be started and deleted in NMI: the protocol in the forms that were proposed, on the same machine.",
            ""
        },
        footer = {"", "Example: poke-sim bpf check --form v6 --scenario start-vs-delete"},
        subcommands = {BpfCheckCommand.class, BpfDemoCommand.class})
public final class BpfCommand {}
