package dev.pokesim.bpf.run;

import dev.pokesim.bpf.form.AsyncCb;
import dev.pokesim.bpf.primitive.Hrtimer;
import dev.pokesim.bpf.primitive.IrqWork;
import dev.pokesim.bpf.primitive.KernelMemory;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Transition;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a machine did, context by context: T0 is the task of CPU 0, N0 its NMI, I0 its irq_work interrupt, S0 its timer interrupt; R
 * is the thread that waits for grace periods, K the one that does works.
 *
 * @param oracle the property that is violated; null if none is
 * @param what happened; null if nothing is wrong
 * @param digest of all states on the way
 */
public record ContextTrace(
        List<Group> groups,
        @Nullable String oracle,
        @Nullable String what,
        String digest) {
    private static final Pattern DRAIN = Pattern.compile("drain 0x([0-9a-f]+)=0x[0-9a-f]+");
    private static final String DRAINED = "[memory has ";

    public ContextTrace {
        groups = List.copyOf(groups);
    }

    /**
     * Transitions of one context with nothing of another one between them.
     *
     * @param first number of its first transition, from 1 on
     * @param steps what can be noticed of each: accesses, calls, stores that reach memory
     */
    public record Group(String context, int first, List<String> steps) {
        public Group {
            steps = List.copyOf(steps);
        }
    }

    /** Sorts out what a replay did. */
    public static ContextTrace of(AsyncModel model, Replay.Result result) {
        int cpus = model.scenario().cpus();
        List<Deque<String>> contexts = new ArrayList<>();
        for (int core = 0; core <= cpus + 1; core++) {
            contexts.add(new ArrayDeque<>(List.of(core < cpus ? "T" + core : core == cpus ? "R" : "K")));
        }
        List<Group> groups = new ArrayList<>();
        int number = 0;
        for (Replay.Step step : result.steps()) {
            number++;
            Transition transition = step.transition();
            Deque<String> stack = contexts.get(transition.core());
            switch (transition.kind()) {
                case NMI -> stack.push("N" + transition.core());
                case IPI -> stack.push((transition.vector() == IrqWork.VECTOR ? "I" : "S") + transition.core());
                case STEP, DRAIN -> {}
            }
            String context = String.valueOf(stack.peek());
            List<String> seen = seen(step.microOps());
            Group last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
            if (last != null && last.context.equals(context)) {
                groups.set(groups.size() - 1, new Group(context, last.first, joined(last.steps, seen)));
            } else {
                groups.add(new Group(context, number, joined(List.of(), seen)));
            }
            if (step.microOps().contains("iret")) {
                stack.pop();
            }
        }
        String violation = result.violation();
        return new ContextTrace(
                groups, violation == null ? null : AsyncModel.oracleOf(violation), violation, result.digest());
    }

    /** Work on variables stands in parentheses; what an interrupt pushes and pops is of no interest. */
    private static List<String> seen(List<String> microOps) {
        List<String> seen = new ArrayList<>();
        for (String text : microOps) {
            Matcher drain = DRAIN.matcher(text);
            if (drain.matches()) {
                String name = name(Long.parseUnsignedLong(drain.group(1), 16));
                if (!name.isEmpty()) {
                    seen.add(DRAINED + name + "]");
                }
            } else if (!text.startsWith("(")
                    && !text.startsWith("push ")
                    && !text.startsWith("pop ")
                    && !text.startsWith("goto ")
                    && !text.equals("return")
                    && !text.startsWith("interrupt: ")) {
                seen.add(text);
            }
        }
        return seen;
    }

    /** Adds steps to those before; stores that reach memory one after the other are told at once. */
    private static List<String> joined(List<String> before, List<String> more) {
        List<String> all = new ArrayList<>(before);
        for (String text : more) {
            int last = all.size() - 1;
            if (text.startsWith(DRAINED) && last >= 0 && all.get(last).startsWith(DRAINED)) {
                String known = all.get(last).substring(0, all.get(last).length() - 1);
                String name = text.substring(DRAINED.length(), text.length() - 1);
                all.set(last, known.endsWith(name) ? known + "]" : known + ", " + name + "]");
            } else {
                all.add(text);
            }
        }
        return all;
    }

    /** What is at an address that others look at; empty for what nobody else does. */
    private static String name(long address) {
        String timer = AsyncCb.nameOf(address);
        return timer != null
                ? timer
                : Hrtimer.isBase(address) ? "hrtimer base" : KernelMemory.isSlot(address) ? "slot" : "";
    }
}
