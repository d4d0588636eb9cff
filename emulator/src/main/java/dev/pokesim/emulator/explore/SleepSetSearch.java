package dev.pokesim.emulator.explore;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Explores every order of transitions, depth first, and stores no states: of orders that differ only in transitions of different
 * cores that do not touch the same things, one is enough. An independent check of {@link ExhaustiveSearch} for small models that
 * always end; what observers see must not depend on the order of transitions that do not touch the same things.
 *
 * @see "Godefroid: Partial-Order Methods for the Verification of Concurrent Systems, LNCS 1032, section 5 (sleep sets)"
 */
public final class SleepSetSearch {
    private final Exploration exploration;
    private final int maxDepth;
    private Consumer<Model> atEnd = model -> {};

    /** From the initial state to the present one; the names of what was done are not filled in. */
    private final List<Transition> path = new ArrayList<>();

    private long transitions;
    private long runs;
    private int depth;
    private @Nullable SearchResult found;

    /** A transition that was explored from here or above, and need not be until something touches the same. */
    private record Sleeping(int code, Effect effect) {}

    /**
     * @param maxDepth after how many transitions a run is given up; the search is incomplete then
     */
    public SleepSetSearch(Model.Source source, int maxDepth) {
        exploration = new Exploration(source, true);
        this.maxDepth = maxDepth;
    }

    /** Sets who is told about the end of each run in which every core is done. */
    public SleepSetSearch atEnd(Consumer<Model> receiver) {
        atEnd = receiver;
        return this;
    }

    /** Searches, once. */
    public SearchResult run() {
        exploration.restart();
        String atStart = exploration.violation();
        if (atStart != null) {
            return result(SearchResult.Verdict.VIOLATED, atStart);
        }
        explore(List.of());
        return found != null ? found : result(SearchResult.Verdict.SAFE, "");
    }

    /** How many runs it followed to their end. */
    public long runs() {
        return runs;
    }

    private SearchResult result(SearchResult.Verdict verdict, String reason) {
        return new SearchResult(verdict, reason, 0, transitions, depth, 0, exploration.named(path));
    }

    private void explore(List<Sleeping> asleep) {
        int count = exploration.findEnabled();
        if (count == 0) {
            String wrong = exploration.violationAtEnd();
            if (wrong == null) {
                runs++;
                atEnd.accept(exploration.model());
            } else {
                found = result(
                        exploration.isOver() ? SearchResult.Verdict.VIOLATED : SearchResult.Verdict.DEADLOCK, wrong);
            }
            return;
        }
        if (path.size() == maxDepth) {
            path.clear();
            found = result(SearchResult.Verdict.INCOMPLETE, "depth limit of " + maxDepth + " reached");
            return;
        }
        int[] codes = new int[count];
        Effect[] effects = new Effect[count];
        for (int i = 0; i < count; i++) {
            codes[i] = exploration.enabledCode(i);
            effects[i] = exploration.effectOf(codes[i]);
        }
        exploration.save();
        byte[] here = exploration.writer().toArray();
        List<Sleeping> sleeping = new ArrayList<>(asleep);
        for (int i = 0; i < count && found == null; i++) {
            int code = codes[i];
            if (sleeping.stream().noneMatch(other -> other.code == code)) {
                Effect effect = effects[i];
                List<Sleeping> stillAsleep = sleeping.stream()
                        .filter(other -> !other.effect.conflictsWith(effect))
                        .toList();
                follow(code, here, stillAsleep);
                sleeping.add(new Sleeping(code, effect));
            }
        }
    }

    private void follow(int code, byte[] here, List<Sleeping> asleep) {
        for (int rank = 0; found == null; rank++) {
            exploration.restore(here, 0);
            Choices choices = exploration.choices();
            choices.enumerate();
            choices.first();
            exploration.perform(code);
            for (int i = 0; i < rank; i++) {
                exploration.restore(here, 0);
                if (!choices.next()) {
                    return;
                }
                exploration.perform(code);
            }
            transitions++;
            path.add(Exploration.transition(code, choices.list(), ""));
            depth = Math.max(depth, path.size());
            String violation = exploration.violation();
            if (violation != null) {
                found = result(SearchResult.Verdict.VIOLATED, violation);
                return;
            }
            explore(asleep);
            if (found == null) {
                path.remove(path.size() - 1);
            }
        }
    }
}
