package dev.pokesim.cli.command;

import picocli.CommandLine.Command;

/** {@code poke-sim bpf}: timers of BPF programs that run in NMI. */
@Command(
        name = "bpf",
        description = {
            "BPF timers that may be started and deleted in NMI: the protocol in the forms that were proposed, on the same machine.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  poke-sim bpf demo",
            "  poke-sim bpf check --form v6 --scenario start-vs-delete",
            "  poke-sim bpf run --form merged --cores 64 --nmi-period 10000 --duration 50ms",
            "  poke-sim bpf compare --cores 1,2,4,8,16,64"
        },
        subcommands = {BpfCheckCommand.class, BpfDemoCommand.class, BpfRunCommand.class, BpfCompareCommand.class})
public final class BpfCommand {}
