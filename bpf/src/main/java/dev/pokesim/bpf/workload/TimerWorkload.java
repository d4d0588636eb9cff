package dev.pokesim.bpf.workload;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.form.Operation;
import java.util.List;

/**
 * What tasks and NMIs do with random timers, as data.
 *
 * @param description one line
 * @param kind of what there is in the map values: timers, or works in their place
 * @param tasks by the number of the core, the last one for all further cores; a core without programs is idle
 * @param nmi what an NMI does; if empty, none come
 * @param callback what the timer's callback does with its own timer, in this order, each with its percentage
 * @param tracepoint what the program on the tracepoints of hrtimer_start() and queue_work() does; if empty, there is none
 */
public record TimerWorkload(
        String name,
        String description,
        AsyncCb.Kind kind,
        List<List<Choice>> tasks,
        List<Choice> nmi,
        List<Choice> callback,
        List<Choice> tracepoint) {
    /**
     * Operations of one program on one timer.
     *
     * @param percent how often; of the choices of one place, together at most 100
     */
    public record Choice(int percent, List<Operation> operations) {
        public Choice {
            operations = List.copyOf(operations);
        }
    }

    private static final List<Operation> REPLACE =
            List.of(Operation.CANCEL_AND_FREE, Operation.INIT, Operation.SET_CALLBACK);

    private static final List<Choice> MIX = List.of(
            new Choice(60, List.of(Operation.START)),
            new Choice(5, List.of(Operation.CANCEL, Operation.SET_CALLBACK)),
            new Choice(20, List.of(Operation.CANCEL_ASYNC)),
            new Choice(10, List.of(Operation.SET_CALLBACK)),
            new Choice(5, REPLACE));

    /** A work has no cancel but its end. */
    private static final List<Choice> WORK_MIX = List.of(
            new Choice(80, List.of(Operation.START)),
            new Choice(15, List.of(Operation.SET_CALLBACK)),
            new Choice(5, REPLACE));

    private static final List<Choice> START_OR_CANCEL =
            List.of(new Choice(75, List.of(Operation.START)), new Choice(25, List.of(Operation.CANCEL_ASYNC)));
    private static final List<Choice> START = List.of(new Choice(100, List.of(Operation.START)));

    /** All of them. */
    public static final List<TimerWorkload> ALL = List.of(
            new TimerWorkload(
                    "storm",
                    "every core starts, cancels, sets callbacks, deletes and creates; NMIs start and cancel",
                    AsyncCb.Kind.TIMER,
                    List.of(MIX),
                    START_OR_CANCEL,
                    List.of()),
            new TimerWorkload(
                    "nmi-only",
                    "tasks idle, NMIs start and cancel",
                    AsyncCb.Kind.TIMER,
                    List.of(List.of()),
                    START_OR_CANCEL,
                    List.of()),
            new TimerWorkload(
                    "task-only", "the storm without NMIs", AsyncCb.Kind.TIMER, List.of(MIX), List.of(), List.of()),
            new TimerWorkload(
                    "mixed",
                    "tasks and NMIs do the same, deletes included",
                    AsyncCb.Kind.TIMER,
                    List.of(MIX),
                    MIX,
                    List.of()),
            new TimerWorkload(
                    "delete-race",
                    "core 0 starts, core 1 deletes and creates, the others idle; NMIs start and cancel",
                    AsyncCb.Kind.TIMER,
                    List.of(START, List.of(new Choice(100, REPLACE)), List.of()),
                    START_OR_CANCEL,
                    List.of()),
            new TimerWorkload(
                    "async-cancel",
                    "tasks and NMIs start and cancel, nothing is deleted",
                    AsyncCb.Kind.TIMER,
                    List.of(START_OR_CANCEL),
                    START_OR_CANCEL,
                    List.of()),
            new TimerWorkload(
                    "self-rearm",
                    "tasks start, NMIs start and cancel; the callback starts its timer again, or replaces it",
                    AsyncCb.Kind.TIMER,
                    List.of(START),
                    START_OR_CANCEL,
                    List.of(new Choice(45, List.of(Operation.START)), new Choice(5, REPLACE))),
            new TimerWorkload(
                    "wq",
                    "the storm with works: tasks start, set callbacks, delete and create; NMIs start",
                    AsyncCb.Kind.WORK,
                    List.of(WORK_MIX),
                    START,
                    List.of()),
            new TimerWorkload(
                    "wq-delete-race",
                    "core 0 starts works, core 1 deletes and creates, the others idle; NMIs start",
                    AsyncCb.Kind.WORK,
                    List.of(START, List.of(new Choice(100, REPLACE)), List.of()),
                    START,
                    List.of()),
            new TimerWorkload(
                    "wq-self-rearm",
                    "tasks and NMIs start works; the work starts itself again, or replaces itself",
                    AsyncCb.Kind.WORK,
                    List.of(START),
                    START,
                    List.of(new Choice(45, List.of(Operation.START)), new Choice(5, REPLACE))),
            new TimerWorkload(
                    "recursion",
                    "tasks and NMIs start and cancel; a program on the tracepoint of hrtimer_start starts a timer, one time in four",
                    AsyncCb.Kind.TIMER,
                    List.of(START_OR_CANCEL),
                    START_OR_CANCEL,
                    List.of(),
                    List.of(new Choice(25, List.of(Operation.START)))));

    private TimerWorkload(
            String name,
            String description,
            AsyncCb.Kind kind,
            List<List<Choice>> tasks,
            List<Choice> nmi,
            List<Choice> callback) {
        this(name, description, kind, tasks, nmi, callback, List.of());
    }

    public TimerWorkload {
        tasks = List.copyOf(tasks);
        nmi = List.copyOf(nmi);
        callback = List.copyOf(callback);
        tracepoint = List.copyOf(tracepoint);
    }
}
