package dev.pokesim.bpf.scenario;

import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.scenario.Scenario.Call;
import dev.pokesim.bpf.scenario.Scenario.Context;
import dev.pokesim.bpf.scenario.Scenario.Program;
import java.util.List;

/** The scenarios that there are. */
public final class Scenarios {
    private static final long NSEC = 1000;
    private static final Call START = new Call(Operation.START, 0, NSEC);
    private static final Call DELETE = new Call(Operation.CANCEL_AND_FREE, 0, 0);

    /** All of them. */
    public static final List<Scenario> ALL = List.of(
            of(
                    "start-vs-delete",
                    "one CPU starts the timer while another one deletes its map value",
                    2,
                    List.of(task(0, START), task(1, DELETE)),
                    List.of()),
            of(
                    "nmi-start-vs-delete",
                    "an NMI starts the timer while another CPU deletes its map value",
                    2,
                    List.of(nmi(0, START), task(1, DELETE)),
                    List.of()),
            of(
                    "self-rearm-delete",
                    "the timer's callback starts it again and then deletes its own map value",
                    1,
                    List.of(task(0, START)),
                    List.of(START, DELETE)),
            of(
                    "two-nmis",
                    "a second NMI starts the timer before the interrupt that the first one asked for",
                    1,
                    List.of(nmi(0, START), nmi(0, START)),
                    List.of()));

    private Scenarios() {}

    private static Scenario of(String name, String question, int cpus, List<Program> programs, List<Call> callback) {
        return new Scenario(name, question, cpus, 1, false, programs, callback);
    }

    private static Program task(int cpu, Call... calls) {
        return new Program(Context.TASK, cpu, List.of(calls));
    }

    private static Program nmi(int cpu, Call... calls) {
        return new Program(Context.NMI, cpu, List.of(calls));
    }
}
