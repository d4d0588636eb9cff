package dev.pokesim.bpf.scenario;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.form.Operation;
import dev.pokesim.bpf.scenario.Scenario.Call;
import dev.pokesim.bpf.scenario.Scenario.Context;
import dev.pokesim.bpf.scenario.Scenario.Option;
import dev.pokesim.bpf.scenario.Scenario.Program;
import java.util.List;

/** The scenarios that there are. */
public final class Scenarios {
    private static final long NSEC = 1000;
    private static final Call START = new Call(Operation.START, 0, NSEC);
    private static final Call DELETE = new Call(Operation.CANCEL_AND_FREE, 0, 0);

    private static final Call OTHER_START = new Call(Operation.START, 1, NSEC);
    private static final Call INIT = new Call(Operation.INIT, 0, AsyncCb.Kind.TIMER.ordinal());
    private static final Call SET_CALLBACK = new Call(Operation.SET_CALLBACK, 0, 1);
    private static final Call SET_OTHER = new Call(Operation.SET_CALLBACK, 0, 2);
    private static final Call CANCEL = new Call(Operation.CANCEL, 0, 0);
    private static final Call CANCEL_ASYNC = new Call(Operation.CANCEL_ASYNC, 0, 0);

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
                    "nmi-start-delete-vs-start",
                    "an NMI starts the timer, an NMI of another CPU deletes its map value, a task starts it",
                    2,
                    List.of(nmi(0, START), nmi(1, DELETE), task(0, START)),
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
                    List.of()),
            of(
                    "nmi-same-timer",
                    "an NMI starts the timer that the task below is starting",
                    1,
                    List.of(task(0, START), nmi(0, START)),
                    List.of()),
            new Scenario(
                    "nmi-other-timer",
                    "an NMI starts another timer than the task below",
                    1,
                    AsyncCb.Kind.TIMER,
                    2,
                    List.of(),
                    List.of(task(0, START), nmi(0, OTHER_START)),
                    List.of(),
                    List.of()),
            of(
                    "cancel-vs-callback",
                    "one CPU starts the timer, another one cancels it and waits for its callback",
                    2,
                    List.of(task(0, START), task(1, CANCEL)),
                    List.of()),
            of(
                    "self-cancel",
                    "the timer's callback cancels its own timer",
                    1,
                    List.of(task(0, START)),
                    List.of(CANCEL)),
            of(
                    "start-vs-cancel",
                    "one CPU starts the timer, another one cancels it without waiting",
                    2,
                    List.of(task(0, START), task(1, CANCEL_ASYNC)),
                    List.of()),
            new Scenario(
                    "no-memory",
                    "an NMI starts the timer, an NMI deletes its map value, and allocations may fail",
                    1,
                    AsyncCb.Kind.TIMER,
                    1,
                    List.of(Option.ALLOCATIONS_MAY_FAIL),
                    List.of(nmi(0, START), nmi(0, DELETE)),
                    List.of(),
                    List.of()),
            of(
                    "nmi-order",
                    "an NMI starts the timer, the next NMI of the same CPU cancels it",
                    1,
                    List.of(nmi(0, START), nmi(0, CANCEL_ASYNC)),
                    List.of()),
            of(
                    "nmi-start-vs-cancel",
                    "an NMI starts the timer, another CPU cancels it without waiting",
                    2,
                    List.of(nmi(0, START), task(1, CANCEL_ASYNC)),
                    List.of()),
            of(
                    "two-cpus-nmi",
                    "NMIs of two CPUs cancel the timer without waiting",
                    2,
                    List.of(nmi(0, CANCEL_ASYNC), nmi(1, CANCEL_ASYNC)),
                    List.of()),
            of(
                    "nmi-order-two-cpus",
                    "an NMI starts the timer and the next one cancels it, while an NMI of another CPU starts it",
                    2,
                    List.of(nmi(0, START), nmi(0, CANCEL_ASYNC), nmi(1, START)),
                    List.of()),
            of(
                    "nmi-vs-two-cancels",
                    "an NMI cancels the timer without waiting, another CPU does so twice",
                    2,
                    List.of(nmi(0, CANCEL_ASYNC), task(1, CANCEL_ASYNC, CANCEL_ASYNC)),
                    List.of()),
            of(
                    "delete-vs-delete",
                    "two CPUs delete the same map value",
                    2,
                    List.of(task(0, DELETE), task(1, DELETE)),
                    List.of()),
            of(
                    "reinit",
                    "a CPU deletes a map value and initialises it again, another one initialises it, too",
                    2,
                    List.of(task(0, DELETE, INIT), task(1, INIT)),
                    List.of()),
            ofWork(
                    "wq-delete",
                    "the map value of a work that was never started is deleted",
                    1,
                    List.of(task(0, DELETE))),
            ofWork(
                    "wq-start-delete",
                    "a task starts a work and deletes its map value",
                    1,
                    List.of(task(0, START, DELETE))),
            ofWork(
                    "wq-start-vs-delete",
                    "one CPU starts a work while another one deletes its map value",
                    2,
                    List.of(task(0, START), task(1, DELETE))),
            of(
                    "sleepable-start-vs-delete",
                    "a program that may sleep starts the timer while another CPU deletes its map value",
                    2,
                    List.of(sleepable(0, START), task(1, DELETE)),
                    List.of()),
            of(
                    "delete-vs-close",
                    "one CPU deletes the map value, another one gives the last user of the map back",
                    2,
                    List.of(task(0, DELETE), close(1)),
                    List.of()),
            of(
                    "start-vs-close",
                    "one CPU starts the timer, another one gives the last user of the map back",
                    2,
                    List.of(task(0, START), close(1)),
                    List.of()),
            new Scenario(
                    "init-vs-close",
                    "one CPU initialises the timer, another one gives the last user of the map back",
                    2,
                    AsyncCb.Kind.TIMER,
                    1,
                    List.of(Option.NO_TIMERS),
                    List.of(task(0, INIT), close(1)),
                    List.of(),
                    List.of()),
            of(
                    "start-before-callback",
                    "a start is refused because no callback is set; then one is set, and the next start",
                    1,
                    List.of(task(0, CANCEL, START, SET_CALLBACK, START)),
                    List.of()),
            of(
                    "set-callback-vs-delete",
                    "two CPUs set another callback, one of them deletes the map value then",
                    2,
                    List.of(task(0, SET_OTHER), task(1, SET_OTHER, DELETE)),
                    List.of()),
            of(
                    "set-callback-start-vs-delete",
                    "one CPU sets a callback and is hit by an NMI that starts the timer, while another one deletes its map value",
                    2,
                    List.of(task(0, SET_CALLBACK), nmi(0, START), task(1, DELETE)),
                    List.of()),
            of(
                    "nmi-order-vs-direct",
                    "an NMI starts the timer and the task below cancels it without waiting, while an NMI of another CPU cancels it",
                    2,
                    List.of(nmi(0, START), nmi(1, CANCEL_ASYNC), task(0, CANCEL_ASYNC)),
                    List.of()),
            ofWork(
                    "wq-two-starts-vs-delete",
                    "one CPU starts a work twice while another one deletes its map value",
                    2,
                    List.of(task(0, START, START), task(1, DELETE))),
            ofWork(
                    "wq-nmi-start-vs-delete",
                    "an NMI starts a work while another CPU deletes its map value",
                    2,
                    List.of(nmi(0, START), task(1, DELETE))),
            new Scenario(
                    "wq-nmi-deletes-last-program",
                    "an NMI deletes the map value of a work that the task below starts, and that has the last reference to its program",
                    1,
                    AsyncCb.Kind.WORK,
                    1,
                    List.of(Option.NO_LOADER),
                    List.of(task(0, START), nmi(0, DELETE)),
                    List.of(),
                    List.of()),
            onTracepoint(
                    "tracepoint-start",
                    "a program on the tracepoint of hrtimer_start starts the timer that is being started",
                    1,
                    List.of(task(0, START)),
                    List.of(START)),
            onTracepoint(
                    "tracepoint-two-timers",
                    "a program on the tracepoint of hrtimer_start starts two timers, one of which is being started",
                    2,
                    List.of(task(0, START)),
                    List.of(START, OTHER_START)),
            new Scenario(
                    "wq-tracepoint-start",
                    "a program on the tracepoint of queue_work starts another work than the one that is being queued",
                    1,
                    AsyncCb.Kind.WORK,
                    2,
                    List.of(),
                    List.of(task(0, START)),
                    List.of(),
                    List.of(OTHER_START)));

    /** Those in which an NMI meets the task of its own CPU. */
    public static final List<Scenario> NMI_PLACEMENTS = ALL.stream()
            .filter(one -> one.name().equals("nmi-same-timer") || one.name().equals("nmi-other-timer"))
            .toList();

    private Scenarios() {}

    private static Scenario of(String name, String question, int cpus, List<Program> programs, List<Call> callback) {
        return new Scenario(name, question, cpus, AsyncCb.Kind.TIMER, 1, List.of(), programs, callback, List.of());
    }

    private static Scenario ofWork(String name, String question, int cpus, List<Program> programs) {
        return new Scenario(name, question, cpus, AsyncCb.Kind.WORK, 1, List.of(), programs, List.of(), List.of());
    }

    private static Scenario onTracepoint(
            String name, String question, int slots, List<Program> programs, List<Call> tracepoint) {
        return new Scenario(name, question, 1, AsyncCb.Kind.TIMER, slots, List.of(), programs, List.of(), tracepoint);
    }

    private static Program task(int cpu, Call... calls) {
        return new Program(Context.TASK, cpu, List.of(calls));
    }

    private static Program sleepable(int cpu, Call... calls) {
        return new Program(Context.SLEEPABLE, cpu, List.of(calls));
    }

    private static Program close(int cpu) {
        return new Program(Context.CLOSE, cpu, List.of());
    }

    private static Program nmi(int cpu, Call... calls) {
        return new Program(Context.NMI, cpu, List.of(calls));
    }
}
