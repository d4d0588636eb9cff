package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.SeededRandom;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Random runs of a model, for what is too large to explore: a portfolio of schedulers takes turns, and what fetches see is chosen
 * apart from them, half of the time the oldest value. The same seed gives the same runs.
 */
public final class SamplingSearch {
    /** Is told how far a sample is, and may end it. */
    @FunctionalInterface
    public interface Progress {
        /**
         * Called before each run.
         *
         * @param run its number, from 0
         * @param found how many of those before went wrong
         * @return whether to go on
         */
        boolean reached(int run, int found);
    }

    /** Makes the scheduler of one run. */
    @FunctionalInterface
    public interface Schedulers {
        /**
         * @param run its number, from 0
         * @param longest how many steps the longest run had so far, at least 1
         * @param random for this scheduler alone
         */
        Scheduler of(int run, int longest, SeededRandom random);
    }

    /** They take turns: uniform, PCT of depth 1, 2 and 3, partial order sampling, and one that starves an actor. */
    public static final Schedulers PORTFOLIO = Portfolio::of;

    private final Exploration exploration;
    private final long seed;
    private final int runs;
    private final int maxSteps;
    private List<Transition> prefix = List.of();
    private int enough = 1;
    private Progress progress = (run, found) -> true;
    private Schedulers schedulers = PORTFOLIO;

    private final BitSet actors = new BitSet();
    private final Map<String, int[]> rates = new LinkedHashMap<>();
    private int cutOff;
    private int longest = 1;
    private String reason = "";
    private List<Transition> trace = List.of();

    /**
     * @param maxSteps after how many transitions a run is cut off
     */
    public SamplingSearch(Model.Source source, long seed, int runs, int maxSteps) {
        exploration = new Exploration(source, true);
        this.seed = seed;
        this.runs = runs;
        this.maxSteps = maxSteps;
    }

    /** Sets who is told how far it is, and may end it: the way to limit its time. */
    public SamplingSearch with(Progress newProgress) {
        progress = newProgress;
        return this;
    }

    /** Sets who schedules the runs; the portfolio unless set. */
    public SamplingSearch schedulers(Schedulers newSchedulers) {
        schedulers = newSchedulers;
        return this;
    }

    /**
     * Each run begins with these transitions.
     *
     * @throws IllegalArgumentException from {@link #run}, if they are not possible
     */
    public SamplingSearch startingWith(List<Transition> transitionsBefore) {
        prefix = List.copyOf(transitionsBefore);
        return this;
    }

    /** Goes on until so many runs went wrong, to find out how often that is; 1 unless set. */
    public SamplingSearch untilFound(int count) {
        enough = count;
        return this;
    }

    /** Runs them, once. */
    public SamplingResult run() {
        int found = 0;
        int run = 0;
        while (run < runs && found < enough && progress.reached(run, found)) {
            SeededRandom random = SeededRandom.of(seed, "run " + run);
            Scheduler scheduler = schedulers.of(run, longest, random);
            exploration.replay(prefix);
            exploration.chooseWith(SeededRandom.of(seed, "stale bytes " + run));
            int[] rate = rates.computeIfAbsent(scheduler.name(), name -> new int[2]);
            rate[0]++;
            if (isWrong(scheduler)) {
                rate[1]++;
                found++;
            }
            run++;
        }
        List<SamplingResult.Rate> all = new ArrayList<>();
        rates.forEach((name, rate) -> all.add(new SamplingResult.Rate(name, rate[0], rate[1])));
        return new SamplingResult(reason, run, cutOff, actors.cardinality(), longest, all, trace);
    }

    private boolean isWrong(Scheduler scheduler) {
        List<Transition> path = new ArrayList<>(); // without texts: those of one run in thousands are read
        String wrong = exploration.violation();
        for (int step = 0; wrong == null; step++) {
            int count = exploration.findEnabled();
            if (count == 0) {
                wrong = Objects.requireNonNullElse(exploration.violationAtEnd(), "");
            } else if (step == maxSteps) {
                cutOff++;
                wrong = "";
            } else {
                int code = exploration.enabledCode(scheduler.pick(new Possible(count)));
                actors.set(exploration.actorOf(code));
                exploration.choices().first();
                exploration.perform(code);
                path.add(Exploration.transition(code, exploration.choices().list(), ""));
                wrong = exploration.violation();
            }
        }
        longest = Math.max(longest, path.size());
        if (!wrong.isEmpty() && reason.isEmpty()) {
            reason = wrong;
            path.addAll(0, prefix);
            trace = exploration.named(path);
        }
        return !wrong.isEmpty();
    }

    /** What is possible in the present state. */
    private final class Possible implements Scheduler.Candidates {
        private final int count;

        Possible(int count) {
            this.count = count;
        }

        @Override
        public int count() {
            return count;
        }

        @Override
        public int actor(int index) {
            return exploration.actorOf(exploration.enabledCode(index));
        }

        @Override
        public int event(int index) {
            return Exploration.eventOf(exploration.enabledCode(index));
        }

        @Override
        public boolean conflict(int one, int other) {
            return exploration
                    .effectOf(exploration.enabledCode(one))
                    .conflictsWith(exploration.effectOf(exploration.enabledCode(other)));
        }
    }
}
