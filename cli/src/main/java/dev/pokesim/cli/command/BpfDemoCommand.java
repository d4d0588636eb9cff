package dev.pokesim.cli.command;

import dev.pokesim.bpf.form.AsyncForm;
import dev.pokesim.bpf.form.CommandListAsync;
import dev.pokesim.bpf.form.LatchAsync;
import dev.pokesim.bpf.form.LockedAsync;
import dev.pokesim.bpf.form.LockedUnguardedAsync;
import dev.pokesim.bpf.run.AsyncModel;
import dev.pokesim.bpf.run.NmiPlacement;
import dev.pokesim.bpf.scenario.Scenario;
import dev.pokesim.bpf.scenario.Scenarios;
import dev.pokesim.cli.console.Console;
import dev.pokesim.cli.console.OutputOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code poke-sim bpf demo}: what a lock does to a timer that is started in NMI, and what the lock-free forms do instead. */
@Command(
        name = "demo",
        description = {
            "Put an NMI that starts a BPF timer at every place of a task that starts one, behind a lock and without.",
            "Writes a schedule for poke-sim replay of each thing that goes wrong.",
            ""
        },
        footer = {"", "Examples:", "  poke-sim bpf demo", "  poke-sim bpf demo --no-schedule --format json"})
public final class BpfDemoCommand implements Callable<Integer> {
    private static final List<AsyncForm> FORMS =
            List.of(new LockedUnguardedAsync(), new LockedAsync(), new LatchAsync(), new CommandListAsync());

    @Mixin
    private final ScheduleOptions schedules = new ScheduleOptions();

    @Mixin
    private final OutputOptions output;

    /** The command, printing to this console. */
    public BpfDemoCommand(Console console) {
        this.output = new OutputOptions(console);
    }

    @Override
    public Integer call() {
        boolean isAsked = schedules.isAsked();
        List<BpfDemoResult.Part> parts = new ArrayList<>();
        for (AsyncForm form : FORMS) {
            for (Scenario scenario : Scenarios.NMI_PLACEMENTS) {
                List<NmiPlacement> places = NmiPlacement.all(new AsyncModel(form, scenario));
                parts.add(BpfDemoResult.Part.of(form, scenario, places, isAsked ? saved(places) : List.of()));
            }
        }
        return output.print(new BpfDemoResult(parts)).exitCode().value();
    }

    /** The first of each kind. */
    private List<ScheduleOptions.Saved> saved(List<NmiPlacement> places) {
        List<ScheduleOptions.Saved> saved = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (NmiPlacement place : places) {
            if (place.oracle() != null && seen.add(BpfDemoResult.kind(place))) {
                saved.add(schedules.save(
                        place.oracle(),
                        place.model().form().name() + "-"
                                + place.model().scenario().name(),
                        place.schedule()));
            }
        }
        return saved;
    }
}
