package dev.pokesim.patcher.schedule;

import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.explore.Replay;
import dev.pokesim.emulator.explore.Schedule;
import dev.pokesim.emulator.explore.Transition;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The steps of a schedule whose model is a machine, whatever runs on it. */
public final class MachineSteps {
    private static final int SHOWN_DIGITS = 16;

    private MachineSteps() {}

    /**
     * Reads them.
     *
     * @throws StepDoesNotFit if one is no transition
     */
    public static List<Transition> read(Schedule schedule) {
        List<Transition> steps = new ArrayList<>();
        for (int i = 0; i < schedule.steps().size(); i++) {
            try {
                steps.add(Transition.of(schedule.steps().get(i)));
            } catch (IllegalArgumentException e) {
                throw new StepDoesNotFit(i, String.valueOf(e.getMessage()));
            }
        }
        return steps;
    }

    /**
     * Does them again.
     *
     * @throws StepDoesNotFit if a step is not possible where it stands
     */
    public static Replay.Result replay(Model.Source model, List<Transition> steps) {
        Replay replay = new Replay(model);
        Replay.Result result = replay.runPossible(steps);
        if (result.steps().size() < steps.size() && result.violation() == null) {
            List<Transition> performed = result.performed();
            int first = 0;
            while (first < performed.size() && performed.get(first).equals(steps.get(first))) {
                first++;
            }
            List<Transition> next = replay.run(steps.subList(0, first)).next();
            throw new StepDoesNotFit(
                    first,
                    "`" + steps.get(first) + "` is not possible here; possible: "
                            + String.join(
                                    ", ",
                                    next.stream().map(one -> "`" + one + "`").toList()));
        }
        return result;
    }

    /**
     * How a replay ended.
     *
     * @param oracleOf the name of the property that a violation is about
     * @throws IllegalArgumentException if nothing was wrong
     */
    public static Expectation ended(Replay.Result result, UnaryOperator<String> oracleOf) {
        String violation = result.violation();
        if (violation == null) {
            throw new IllegalArgumentException("nothing is wrong at the end");
        }
        List<Transition> performed = result.performed();
        return new Expectation(
                oracleOf.apply(violation),
                performed.isEmpty() ? 0 : performed.get(performed.size() - 1).core(),
                performed.size(),
                result.digest().substring(0, SHOWN_DIGITS));
    }
}
