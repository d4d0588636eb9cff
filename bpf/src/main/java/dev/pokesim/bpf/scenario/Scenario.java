package dev.pokesim.bpf.scenario;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.form.Operation;
import java.util.List;

/**
 * A few operations that meet. Every slot below {@code slots} has a timer or work with a callback at the start.
 *
 * @param question what it is about, in one line
 * @param cpus how many CPUs, without the thread for grace periods
 * @param kind of what is in the map values
 * @param slots how many map values
 * @param options in which it differs from others
 * @param callback what the program does that the timers call; may be empty
 * @param tracepoint what the program does that hrtimer_start() and queue_work() call, with their locks held; empty for none
 */
public record Scenario(
        String name,
        String question,
        int cpus,
        AsyncCb.Kind kind,
        int slots,
        List<Option> options,
        List<Program> programs,
        List<Call> callback,
        List<Call> tracepoint) {
    /** Where a program runs. */
    public enum Context {
        /** In a task, as an RCU reader; in the order in which they are listed. */
        TASK,
        /** In a task as well, by a program that may sleep: a reader of RCU-tasks-trace. */
        SLEEPABLE,
        /** In a task that is no reader: it closes the last file descriptor of the map, and makes no calls of its own. */
        CLOSE,
        /** In an NMI; the first NMI of a CPU runs the first one. */
        NMI
    }

    /** What a scenario may have besides. */
    public enum Option {
        ALLOCATIONS_MAY_FAIL,
        /** Who loaded the program of the timers is gone: theirs are its only references. */
        NO_LOADER,
        /** No map value has a timer at the start. */
        NO_TIMERS
    }

    /** An operation on a slot. */
    public record Call(Operation operation, int slot, long argument) {}

    /** Calls that one program makes in one run. */
    public record Program(Context context, int cpu, List<Call> calls) {
        public Program {
            calls = List.copyOf(calls);
        }
    }

    public Scenario {
        options = List.copyOf(options);
        programs = List.copyOf(programs);
        callback = List.copyOf(callback);
        tracepoint = List.copyOf(tracepoint);
        for (Program program : programs) {
            if (program.cpu < 0 || program.cpu >= cpus) {
                throw new IllegalArgumentException(name + ": no CPU " + program.cpu);
            }
        }
    }

    /** Whether it has an option. */
    public boolean has(Option option) {
        return options.contains(option);
    }

    /** Whether the last user of the map goes. */
    public boolean closesMap() {
        return programs.stream().anyMatch(program -> program.context == Context.CLOSE);
    }

    /** The programs of a CPU in a context. */
    public List<Program> programs(Context context, int cpu) {
        return programs.stream()
                .filter(program -> program.context == context && program.cpu == cpu)
                .toList();
    }
}
