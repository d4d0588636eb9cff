package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Machine;
import dev.pokesim.emulator.machine.Routine;
import dev.pokesim.emulator.microop.MicroOp;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import dev.pokesim.emulator.trace.TraceEvent;
import dev.pokesim.emulator.travel.Rerun;
import dev.pokesim.emulator.travel.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Does again what was found, one micro-op at a time: also those that {@link Replay} does together with the one before, and those
 * before the first transition. Ends with the micro-op after which something is wrong.
 */
public final class StepwiseReplay implements Rerun {
    /** A micro-op, as the replay did it. */
    private record Done(int code, List<Integer> answers, String text, int number) {
        Done {
            answers = List.copyOf(answers);
        }
    }

    private final Exploration exploration;
    private final List<Done> all = new ArrayList<>();
    private final List<TraceEvent> events;
    private final int length;
    private final @Nullable String violation;
    private int position;
    private Step.@Nullable Load load;

    /**
     * Finds out of which micro-ops some transitions consist.
     *
     * @param source also of {@code events}: what the model's observer adds there in a step belongs to it
     * @throws IllegalArgumentException with the number of the first transition that is not possible where it stands
     */
    public StepwiseReplay(Model.Source source, List<Transition> transitions, List<TraceEvent> events) {
        this.events = events;
        int[] number = {0};
        Exploration whole = new Exploration(
                source, true, (code, answers, text) -> all.add(new Done(code, answers, text, number[0])), false);
        whole.restart();
        for (Transition transition : transitions) {
            if (whole.violation() != null) {
                break;
            }
            number[0]++;
            if (!whole.replay(transition)) {
                throw new IllegalArgumentException("step " + number[0] + " is not possible: " + transition);
            }
        }
        String wrong = whole.violation();
        if (wrong == null && whole.possible().isEmpty()) {
            wrong = whole.violationAtEnd();
        }
        exploration = new Exploration(source, false, null, true);
        exploration.restart();
        int at = 0;
        while (at < all.size() && exploration.violation() == null) {
            Done next = all.get(at++);
            exploration.performAgain(next.code, next.answers);
        }
        length = at;
        violation = wrong;
        exploration.restart();
        events.clear();
    }

    /** What is wrong at the end, in one line; null if nothing is. */
    public @Nullable String violation() {
        return violation;
    }

    @Override
    public Machine machine() {
        return exploration.model().machine();
    }

    @Override
    public List<Routine> routines() {
        return exploration.routines();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public long timePs() {
        return 0;
    }

    @Override
    public void forward(long count) {
        for (long i = 0; i < count; i++) {
            events.clear();
            Done next = all.get(position++);
            load = i == count - 1 ? loadOf(next) : null;
            exploration.performAgain(next.code, next.answers);
        }
    }

    private Step.@Nullable Load loadOf(Done next) {
        if (Exploration.kindOf(next.code) != Transition.Kind.STEP) {
            return null;
        }
        Core core = machine().core(Exploration.coreOf(next.code));
        MicroOp microOp = machine().next(core); // where it stands already
        return microOp.memory() == MicroOp.Memory.LOAD || microOp.memory() == MicroOp.Memory.UPDATE
                ? new Step.Load(microOp.address(core), microOp.sizeBytes())
                : null;
    }

    @Override
    public Step last() {
        Done done = all.get(position - 1);
        Step.Kind kind = switch (Exploration.kindOf(done.code)) {
            case STEP -> done.text.startsWith("fetch ") ? Step.Kind.FETCH : Step.Kind.MICRO_OP;
            case DRAIN -> Step.Kind.DRAIN;
            case IPI -> Step.Kind.IPI;
            case NMI -> Step.Kind.NMI;
        };
        return new Step(Exploration.coreOf(done.code), kind, done::text, done.number, events, load);
    }

    @Override
    public StateWriter newWriter() {
        return exploration.newWriter();
    }

    @Override
    public StateReader newReader() {
        return exploration.newReader();
    }

    @Override
    public void save(StateWriter out) {
        out.number(position);
        exploration.save(out);
    }

    @Override
    public void restore(StateReader in) {
        position = in.number();
        exploration.restore(in);
    }
}
