package dev.pokesim.bpf.run;

import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.Transition;
import dev.pokesim.emulator.explore.Walk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The NMI of a scenario with one CPU at one place of its task, all else in the plainest order: stores reach memory at once, the task
 * runs to its end, interrupts come then.
 *
 * @param before the step of the task that the NMI comes before; empty for behind the last one
 * @param oracle the property that is violated; null if none is
 * @param what happened; null if nothing is wrong
 * @param steps of the whole run
 */
public record NmiPlacement(
        AsyncModel model,
        String before,
        @Nullable String oracle,
        @Nullable String what,
        List<Transition> steps) {
    private static final Walk.Wanted ANY = new Walk.Wanted() {
        @Override
        public void begins() {}

        @Override
        public boolean isIt() {
            return true;
        }
    };

    public NmiPlacement {
        steps = List.copyOf(steps);
    }

    /** Every place of the task, in its order. */
    public static List<NmiPlacement> all(AsyncModel model) {
        List<NmiPlacement> all = new ArrayList<>();
        Optional<NmiPlacement> next = at(model, 0);
        while (next.isPresent()) {
            all.add(next.get());
            next = at(model, all.size());
        }
        return all;
    }

    /** Behind so many steps of the task; empty if it has not so many. */
    private static Optional<NmiPlacement> at(AsyncModel model, int stepsBefore) {
        Walk walk = new Walk(model);
        String before = "";
        boolean isPlaced = false;
        boolean isTaskOver = false;
        int done = 0;
        while (true) {
            List<Transition> possible = walk.possible();
            Optional<Transition> picked = pick(possible, !isPlaced && !isTaskOver && done == stepsBefore);
            if (picked.isEmpty()) {
                break;
            }
            Transition taken = picked.get();
            if (taken.kind() == Transition.Kind.NMI) {
                isPlaced = true;
                before = possible.stream()
                        .filter(NmiPlacement::isOfTask)
                        .map(Transition::text)
                        .findFirst()
                        .orElse("");
            }
            isTaskOver |=
                    taken.kind() == Transition.Kind.IPI || taken.kind() == Transition.Kind.STEP && !isOfTask(taken);
            done += isOfTask(taken) ? 1 : 0;
            walk.take(taken, ANY);
        }
        if (!isPlaced) {
            return Optional.empty();
        }
        String violation = new Replay(model).run(walk.taken()).violation();
        return Optional.of(new NmiPlacement(
                model, before, violation == null ? null : AsyncModel.oracleOf(violation), violation, walk.taken()));
    }

    private static boolean isOfTask(Transition transition) {
        return transition.kind() == Transition.Kind.STEP && transition.core() == 0;
    }

    private static Optional<Transition> pick(List<Transition> possible, boolean isHere) {
        return first(possible, Transition.Kind.DRAIN)
                .or(() -> isHere ? first(possible, Transition.Kind.NMI) : Optional.empty())
                .or(() -> possible.stream().filter(NmiPlacement::isOfTask).findFirst())
                .or(() -> first(possible, Transition.Kind.IPI))
                .or(() -> first(possible, Transition.Kind.STEP));
    }

    private static Optional<Transition> first(List<Transition> possible, Transition.Kind kind) {
        return possible.stream().filter(one -> one.kind() == kind).findFirst();
    }

    /**
     * For a replay.
     *
     * @throws IllegalArgumentException if nothing went wrong
     */
    public Schedule schedule() {
        return new AsyncSchedule(model, steps).write("search=nmi-placement");
    }
}
