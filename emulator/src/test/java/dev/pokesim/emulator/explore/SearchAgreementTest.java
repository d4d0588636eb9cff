package dev.pokesim.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Three ways to explore all that a program can do must find the same ends: what is left out makes no difference. */
class SearchAgreementTest {
    /** Orders are many more than states. */
    private static final int MOST_STATES_FOR_SLEEP_SETS = 250;

    private static final int PROGRAMS = Integer.getInteger("pokesim.programs", 2000);

    @Test
    void mergedUnmergedAndStatelessSearchesFindTheSameEnds() {
        long states = 0;
        long allStates = 0;
        long ends = 0;
        int statelessSearches = 0;
        for (int seed = 0; seed < PROGRAMS; seed++) {
            RandomProgram program = new RandomProgram(seed);
            TreeSet<String> merged = new TreeSet<>();
            TreeSet<String> unmerged = new TreeSet<>();
            TreeSet<String> stateless = new TreeSet<>();
            SearchResult one = new ExhaustiveSearch(program, SearchLimits.ONE_GIB)
                    .atEnd(model -> merged.add(RandomProgram.observe(model.machine())))
                    .run();
            SearchResult other = ExhaustiveSearch.ofEveryMicroOp(program, SearchLimits.ONE_GIB)
                    .atEnd(model -> unmerged.add(RandomProgram.observe(model.machine())))
                    .run();
            assertEquals(SearchResult.Verdict.SAFE, one.verdict(), () -> program + ": " + one.reason());
            assertEquals(SearchResult.Verdict.SAFE, other.verdict(), () -> program + ": " + other.reason());
            assertEquals(unmerged, merged, () -> program + ": merged steps");
            if (one.states() < MOST_STATES_FOR_SLEEP_SETS) {
                SearchResult third = new SleepSetSearch(program, 1000)
                        .atEnd(model -> stateless.add(RandomProgram.observe(model.machine())))
                        .run();
                assertEquals(SearchResult.Verdict.SAFE, third.verdict(), () -> program + ": " + third.reason());
                assertEquals(unmerged, stateless, () -> program + ": sleep sets");
                statelessSearches++;
            }
            assertTrue(one.states() <= other.states(), program::toString);
            states += one.states();
            allStates += other.states();
            ends += merged.size();
        }
        assertTrue(2 * statelessSearches > PROGRAMS, "only " + statelessSearches + " stateless searches");
        assertTrue(ends > 3L * PROGRAMS, "only " + ends + " different ends");
        assertTrue(3 * states < 2 * allStates, states + " of " + allStates + " states: merging does next to nothing");
    }
}
