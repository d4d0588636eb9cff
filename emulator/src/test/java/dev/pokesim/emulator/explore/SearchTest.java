package dev.pokesim.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.core.SeededRandom;
import dev.pokesim.emulator.explore.SearchResult.Verdict;
import dev.pokesim.emulator.machine.Machine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What searches say about models whose answer is known: wrong, stuck, fine or not finished. */
class SearchTest {
    private static final String INCREMENT = "ff 06"; // inc dword [rsi]
    private static final String LOCKED_INCREMENT = "f0 ff 06";
    /** Two cores count to 2 without a lock: one count is lost if both load before one stores. */
    private static final Model.Source LOST_UPDATE = new SmallModel(SearchTest::isTwo, INCREMENT, INCREMENT);

    private static @Nullable String isTwo(Machine machine) {
        long x = machine.memory().read(SmallModel.X, 4);
        return x == 2 ? null : "x is " + x;
    }

    private static SearchResult search(Model.Source source) {
        return new ExhaustiveSearch(source, SearchLimits.ONE_GIB).run();
    }

    @Test
    void aLockedCountIsNeverLost() {
        SearchResult result = search(new SmallModel(SearchTest::isTwo, LOCKED_INCREMENT, LOCKED_INCREMENT));
        assertEquals(Verdict.SAFE, result.verdict());
        assertEquals(List.of(), result.trace());
    }

    @Test
    void theShortestWayToALostUpdateIsFound() {
        SearchResult result = search(LOST_UPDATE);
        assertEquals(Verdict.VIOLATED, result.verdict());
        assertEquals("x is 1", result.reason());
        // a load, with the store into the buffer, and a drain on each core
        assertEquals(4, result.trace().size());
        assertEquals(result.trace().size(), result.depth());
        SearchResult unmerged = ExhaustiveSearch.ofEveryMicroOp(LOST_UPDATE, SearchLimits.ONE_GIB)
                .run();
        assertEquals(Verdict.VIOLATED, unmerged.verdict());
        assertEquals(2 * 5, unmerged.trace().size(), "fetch, load, compute, store and drain on each core");
        assertEquals(
                Verdict.VIOLATED, new SleepSetSearch(LOST_UPDATE, 100).run().verdict());
    }

    @Test
    void aBoundOfPreemptionsLeavesOutWhatNeedsMore() {
        String loadThenExchange = "8b 06 ff c0 87 06"; // mov eax, [rsi]; inc eax; xchg [rsi], eax
        Model.Source lost = new SmallModel(SearchTest::isTwo, loadThenExchange, loadThenExchange);
        assertEquals(Verdict.VIOLATED, search(lost).verdict());
        SearchResult none =
                new ExhaustiveSearch(lost, SearchLimits.ONE_GIB).preemptions(0).run();
        assertEquals(Verdict.SAFE, none.verdict(), none::toString);
        SearchResult one =
                new ExhaustiveSearch(lost, SearchLimits.ONE_GIB).preemptions(1).run();
        assertEquals(Verdict.VIOLATED, one.verdict());
        assertEquals(search(lost).trace().size(), one.trace().size());
        assertEquals("x is 1", new Replay(lost).run(one.trace()).violation());
    }

    @Test
    void theResultDoesNotDependOnTheNumberOfWorkers() {
        Model.Source fine = new SmallModel(machine -> null, "ff 06 ff 07 ff 06", "ff 06 ff 07 ff 06", "ff 06 ff 07");
        for (Model.Source source : List.of(LOST_UPDATE, fine)) {
            assertEquals(
                    search(source),
                    new ExhaustiveSearch(source, SearchLimits.ONE_GIB)
                            .workers(3)
                            .run());
        }
    }

    @Test
    void whatWasFoundIsReplayedFromItsText() {
        SearchResult found = search(LOST_UPDATE);
        Schedule schedule = new Schedule(
                List.of(), found.trace().stream().map(Transition::toStep).toList());
        List<Transition> read =
                Schedule.parse("x", schedule.text().getBytes(StandardCharsets.US_ASCII)).steps().stream()
                        .map(Transition::of)
                        .toList();
        assertEquals(found.trace(), read);
        Replay.Result first = new Replay(LOST_UPDATE).run(read);
        assertEquals("x is 1", first.violation());
        assertEquals(first, new Replay(LOST_UPDATE).run(read));
    }

    @Test
    void aReplayThatIsNotPossibleSaysWhere() {
        List<Transition> trace = new ArrayList<>(search(LOST_UPDATE).trace());
        trace.remove(0);
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> new Replay(LOST_UPDATE).run(trace));
        assertTrue(
                String.valueOf(refused.getMessage()).startsWith("step 3 is not possible: C0 drain"),
                refused.getMessage());
        Replay.Result possible = new Replay(LOST_UPDATE).runPossible(trace);
        assertEquals(2, possible.performed().size(), "one core alone");
        assertEquals(null, possible.violation());
    }

    @Test
    void aSpinLoopHasFinitelyManyStates() {
        // cmp dword [rsi],0; je back | mov dword [rsi],2
        Model.Source source = new SmallModel(SearchTest::isTwo, "83 3e 00 74 fb", "c7 06 02 00 00 00");
        SearchResult result = search(source);
        assertEquals(Verdict.SAFE, result.verdict());
        assertTrue(result.states() < 20, result.states() + " states");
        SamplingResult sampled = new SamplingSearch(source, 1, 600, 10_000).run();
        assertFalse(sampled.isViolated(), sampled.reason());
        assertEquals(600, sampled.runs());
        assertEquals(0, sampled.cutOff(), "a fair scheduler lets the other core go on");
    }

    @Test
    void aCoreThatHaltsForGoodIsADeadlock() {
        SearchResult result = search(new SmallModel(machine -> null, "90 f4 90", "90"));
        assertEquals(Verdict.DEADLOCK, result.verdict());
        assertEquals("nothing can happen: core 0 is halted", result.reason());
        assertEquals(
                result.reason(),
                new SleepSetSearch(new SmallModel(machine -> null, "90 f4 90", "90"), 100)
                        .run()
                        .reason());
    }

    @Test
    void aLoopWithoutAWayOutIsALivelock() {
        // a loop on one's own; two cores of which one waits for what the other never does
        record Case(String reason, int steps, SmallModel model) {}
        for (Case one : List.of(
                new Case("core 0 goes on", 0, new SmallModel(machine -> null, "eb fe 90", "90")),
                new Case(
                        "core 0 goes on, core 1 goes on",
                        0,
                        // cmp dword [rsi],2; jne back | mov dword [rsi],1; jmp back
                        new SmallModel(machine -> null, "83 3e 02 75 fb", "c7 06 01 00 00 00 eb f8 90")))) {
            assertEquals(Verdict.SAFE, search(one.model).verdict(), "nothing is wrong with any state");
            SearchResult result = new ExhaustiveSearch(one.model, SearchLimits.ONE_GIB)
                    .askingForEnds()
                    .run();
            assertEquals(Verdict.LIVELOCK, result.verdict());
            assertEquals(
                    "livelock: cores go on for ever, and nothing that they do leads to the end: " + one.reason,
                    result.reason());
            assertEquals(one.steps, result.trace().size());
            assertEquals(
                    result.reason(), new Replay(one.model).run(result.trace()).violation());
        }
    }

    @Test
    void whoMayGetOutOfALoopIsInNone() {
        // cmp dword [rsi],0; je back | mov dword [rsi],2
        Model.Source source = new SmallModel(SearchTest::isTwo, "83 3e 00 74 fb", "c7 06 02 00 00 00");
        assertEquals(
                Verdict.SAFE,
                new ExhaustiveSearch(source, SearchLimits.ONE_GIB)
                        .askingForEnds()
                        .run()
                        .verdict());
        assertEquals(null, new Replay(source).run(List.of()).violation());
    }

    @Test
    void aCrashIsAViolation() {
        // ud2, at once and after a load
        for (String program : List.of("0f 0b", "8b 06 0f 0b")) {
            SearchResult result = search(new SmallModel(machine -> null, program, "90"));
            assertEquals(Verdict.VIOLATED, result.verdict());
            assertTrue(result.reason().contains("#UD"), result.reason());
            assertEquals(program.equals("0f 0b") ? 0 : 1, result.trace().size());
        }
    }

    @Test
    void limitsNeverLookLikeSafety() {
        Model.Source source = new SmallModel(machine -> null, "ff 06 ff 07 ff 06", "ff 06 ff 07 ff 06", "ff 06 ff 07");
        SearchResult whole = search(source);
        assertEquals(Verdict.SAFE, whole.verdict());
        assertTrue(whole.states() > 5_000, whole.states() + " states");
        SearchLimits all = new SearchLimits(whole.states(), 1L << 30, Integer.MAX_VALUE);
        assertEquals(Verdict.SAFE, new ExhaustiveSearch(source, all).run().verdict());
        for (SearchLimits limits : List.of(
                new SearchLimits(whole.states() - 1, 1L << 30, Integer.MAX_VALUE),
                new SearchLimits(Long.MAX_VALUE, whole.memoryBytes() - 1, Integer.MAX_VALUE),
                new SearchLimits(Long.MAX_VALUE, 1L << 30, whole.depth() - 1))) {
            SearchResult result = new ExhaustiveSearch(source, limits).run();
            assertEquals(Verdict.INCOMPLETE, result.verdict(), limits.toString());
            assertTrue(result.reason().contains("limit"), result.reason());
        }
        SearchResult stopped = new ExhaustiveSearch(source, SearchLimits.ONE_GIB)
                .with(extent -> extent.states() < 1000)
                .run();
        assertEquals(Verdict.INCOMPLETE, stopped.verdict());
        assertTrue(stopped.states() < whole.states());
        assertEquals(Verdict.INCOMPLETE, new SleepSetSearch(source, 10).run().verdict());
    }

    @Test
    void samplesFindTheLostUpdateAndRepeatThemselves() {
        SamplingResult one =
                new SamplingSearch(LOST_UPDATE, 7, 600, 1000).untilFound(600).run();
        SamplingResult other =
                new SamplingSearch(LOST_UPDATE, 7, 600, 1000).untilFound(600).run();
        assertEquals(one, other);
        assertEquals("x is 1", new Replay(LOST_UPDATE).run(one.trace()).violation());
        assertEquals(6, one.rates().size());
        for (SamplingResult.Rate rate : one.rates()) {
            assertEquals(100, rate.runs());
            assertTrue(rate.found() > 3, rate.toString());
        }
        assertEquals(4, one.actors(), "steps and drains of two cores");
    }

    @Test
    void samplesGoOnFromAPrefix() {
        List<Transition> trace = search(LOST_UPDATE).trace();
        List<Transition> prefix = trace.subList(0, trace.size() - 2);
        Set<List<Transition>> traces = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            SamplingResult result = new SamplingSearch(LOST_UPDATE, seed, 1, 1000)
                    .startingWith(prefix)
                    .run();
            assertTrue(result.isViolated(), "both cores have loaded 0");
            assertEquals(prefix, result.trace().subList(0, prefix.size()));
            traces.add(result.trace());
        }
        assertTrue(traces.size() > 1);
        assertThrows(
                IllegalArgumentException.class,
                () -> new SamplingSearch(LOST_UPDATE, 1, 1, 1000)
                        .startingWith(trace.subList(3, 4)) // a drain
                        .run());
    }

    @Test
    void theGuaranteeIsThatOfTheTheorem() {
        assertEquals(0.5, PctScheduler.missProbability(2, 1000, 1, 1), 1e-12);
        assertEquals(1 - 1 / 20_000.0, PctScheduler.missProbability(2, 100, 3, 1), 1e-12);
        double miss = 1;
        for (int i = 0; i < 500; i++) {
            miss *= 1 - 1 / (3 * 40.0);
        }
        assertEquals(miss, PctScheduler.missProbability(3, 40, 2, 500), 1e-9);
    }

    /** A row of actors that are always ready; nothing conflicts. */
    private record Ready(int count) implements Scheduler.Candidates {
        @Override
        public int actor(int index) {
            return index;
        }

        @Override
        public int event(int index) {
            return index;
        }

        @Override
        public boolean conflict(int one, int other) {
            return false;
        }
    }

    @Test
    void pctChangesItsMindExactlySoOftenAndIsFairAfterwards() {
        for (int depth = 1; depth <= 3; depth++) {
            int withAllChanges = 0;
            for (int seed = 0; seed < 200; seed++) {
                PctScheduler scheduler = new PctScheduler(depth, 1000, SeededRandom.of(seed, "test"));
                int[] picks = IntStream.range(0, 2000)
                        .map(i -> scheduler.pick(new Ready(5)))
                        .toArray();
                long changes = IntStream.range(1, 1000)
                        .filter(i -> picks[i] != picks[i - 1])
                        .count();
                assertTrue(changes <= depth - 1, changes + " changes");
                withAllChanges += changes == depth - 1 ? 1 : 0; // fewer if the last step falls, or two at once
                assertEquals(
                        5,
                        IntStream.range(1000, 2000)
                                .map(i -> picks[i])
                                .distinct()
                                .count());
            }
            assertTrue(withAllChanges > 190, withAllChanges + " of 200");
        }
    }

    @Test
    void theStarvingOneWaitsForOneActorOnly() {
        int starved = 0;
        for (int seed = 0; seed < 100; seed++) {
            StarvingScheduler scheduler = new StarvingScheduler(1000, SeededRandom.of(seed, "test"));
            int[] picks = IntStream.range(0, 2000)
                    .map(i -> scheduler.pick(new Ready(4)))
                    .toArray();
            long early = IntStream.range(0, 60).map(i -> picks[i]).distinct().count();
            starved += early == 3 ? 1 : 0;
            assertTrue(early >= 3, "only one may wait");
            assertEquals(
                    4, IntStream.range(0, 2000).map(i -> picks[i]).distinct().count());
        }
        assertTrue(starved > 70, starved + " of 100");
    }
}
