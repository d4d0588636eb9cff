package dev.pokesim.emulator.explore;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One way through a model, transition by transition, as a client decides: for who knows where it should lead. */
public final class Walk {
    private final Exploration exploration;
    private final List<Transition> taken = new ArrayList<>();

    /** At the start. */
    public Walk(Model.Source source) {
        exploration = new Exploration(source, true);
        exploration.restart();
    }

    /** What a transition that was tried has to be like. */
    public interface Wanted {
        /** A transition is going to be tried: what was observed during the one before is of no interest any more. */
        void begins();

        /** Whether the transition that was just done was it. */
        boolean isIt();
    }

    /** What was done so far. */
    public List<Transition> taken() {
        return List.copyOf(taken);
    }

    /** What is wrong since the last transition; null if nothing is. */
    public @Nullable String violation() {
        return exploration.violation();
    }

    /** What can happen next, without what fetches see. */
    public List<Transition> possible() {
        return exploration.violation() == null ? exploration.possible() : List.of();
    }

    /**
     * Does one of the transitions that are possible, with every combination of what its fetches may see until one is it.
     *
     * @return whether one was; if not, nothing has happened
     */
    public boolean take(Transition possible, Wanted wanted) {
        int code = Exploration.code(possible.kind(), possible.core(), possible.vector());
        exploration.save();
        byte[] here = exploration.writer().toArray();
        Choices choices = exploration.choices();
        choices.enumerate();
        choices.first();
        do {
            exploration.restore(here, 0);
            wanted.begins();
            Transition done = exploration.performNamed(code);
            if (wanted.isIt()) {
                taken.add(done);
                return true;
            }
        } while (choices.next());
        exploration.restore(here, 0);
        return false;
    }
}
