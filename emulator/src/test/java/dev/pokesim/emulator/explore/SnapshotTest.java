package dev.pokesim.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A state that was saved and restored, even in another machine, goes on exactly as the one that it was saved from. */
class SnapshotTest {
    private static final int PROGRAMS = 400;

    @Test
    void aRestoredStateHasTheSameFuture() {
        Random random = new Random(1);
        int compared = 0;
        for (int seed = 0; seed < PROGRAMS; seed++) {
            RandomProgram program = new RandomProgram(seed);
            boolean merges = random.nextBoolean();
            Exploration original = new Exploration(program, merges);
            Exploration copy = new Exploration(program, merges);
            original.restart();
            original.choices().enumerate();
            int copyAt = random.nextInt(30);
            boolean isCopied = false;
            for (int step = 0; step < 200; step++) {
                if (step == copyAt) {
                    wander(copy, random); // whatever it did before must not matter
                    copy.restore(saved(original), 0);
                    copy.choices().enumerate();
                    isCopied = true;
                }
                int count = original.findEnabled();
                if (count == 0) {
                    break;
                }
                int code = original.enabledCode(random.nextInt(count));
                if (isCopied) {
                    assertEquals(count, copy.findEnabled());
                    assertEquals(original.effectOf(code), copy.effectOf(code));
                    choose(copy, code);
                }
                choose(original, code);
                if (isCopied) {
                    assertEquals(original.choices().list(), copy.choices().list());
                    assertArrayEquals(saved(original), saved(copy), program + ", step " + step);
                    compared++;
                }
            }
        }
        assertTrue(compared > 4 * PROGRAMS, compared + " states");
    }

    /** Fetches see the oldest value. */
    private static void choose(Exploration exploration, int code) {
        exploration.chooseWith(count -> count - 1);
        exploration.choices().first();
        exploration.perform(code);
    }

    private static void wander(Exploration exploration, Random random) {
        exploration.restart();
        for (int step = random.nextInt(60); step > 0; step--) {
            int count = exploration.findEnabled();
            if (count == 0) {
                return;
            }
            choose(exploration, exploration.enabledCode(random.nextInt(count)));
        }
    }

    private static byte[] saved(Exploration exploration) {
        exploration.save();
        return exploration.writer().toArray();
    }

    @Test
    void whichStatesThereAreDoesNotDependOnTheOrderInWhichTheyAreFound() {
        for (int seed = 0; seed < PROGRAMS / 4; seed++) {
            RandomProgram program = new RandomProgram(seed);
            SearchResult breadthFirst = new ExhaustiveSearch(program, SearchLimits.ONE_GIB).run();
            SearchResult again = new ExhaustiveSearch(program, SearchLimits.ONE_GIB).run();
            assertEquals(breadthFirst, again);
            assertEquals(breadthFirst.states(), depthFirstLastToFirst(program), program.toString());
        }
    }

    private static int depthFirstLastToFirst(RandomProgram program) {
        Exploration exploration = new Exploration(program, true);
        StateStore store = new StateStore();
        Deque<byte[]> stack = new ArrayDeque<>();
        exploration.restart();
        byte[] initial = saved(exploration);
        store.add(initial, 0, initial.length, StateStore.hash(initial, 0, initial.length), 0);
        stack.push(initial);
        while (!stack.isEmpty()) {
            byte[] state = stack.pop();
            exploration.restore(state, 0);
            assertArrayEquals(state, saved(exploration), "a restored state looks as it did");
            int count = exploration.findEnabled();
            for (int i = count - 1; i >= 0; i--) {
                int code = exploration.enabledCode(i);
                exploration.choices().enumerate();
                exploration.choices().first();
                do {
                    exploration.restore(state, 0);
                    exploration.perform(code);
                    byte[] next = saved(exploration);
                    if (store.add(next, 0, next.length, StateStore.hash(next, 0, next.length), 0)) {
                        stack.push(next);
                    }
                } while (exploration.choices().next());
            }
        }
        return store.count();
    }
}
