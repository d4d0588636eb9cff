package dev.pokesim.emulator.explore;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Progress;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Result;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BreadthFirstSearchTest {
    private static final long NO_LIMIT = Long.MAX_VALUE;
    private static final Progress GO_ON = extent -> true;

    /**
     * A directed graph with a few ways out of each node, some of them loops.
     *
     * @param wrong the nodes that must not be reachable
     */
    private record Graph(int nodes, long seed, Set<Integer> wrong) {
        int[] next(int node) {
            long random = seed + 0x9e3779b97f4a7c15L * (node + 1);
            random = (random ^ random >>> 30) * 0xbf58476d1ce4e5b9L;
            random = (random ^ random >>> 27) * 0x94d049bb133111ebL;
            int[] next = new int[(int) (random >>> 60) % 4];
            for (int i = 0; i < next.length; i++) {
                random = random * 6364136223846793005L + 1442695040888963407L;
                next[i] = (int) Long.remainderUnsigned(random >>> 16, nodes);
            }
            return next;
        }

        /** Nodes are written with as many bytes more as their number says: states have no common size. */
        static byte[] encoded(int node) {
            return ByteBuffer.allocate(4 + node % 7).putInt(node).array();
        }

        static int decoded(byte[] state) {
            return ByteBuffer.wrap(state).getInt();
        }

        void expand(byte[] state, int sizeBytes, Successors into) {
            int node = decoded(state);
            assertEquals(4 + node % 7, sizeBytes);
            if (wrong.contains(node)) {
                into.wrong("node " + node);
            }
            if (isEnd(node)) {
                into.end();
            }
            for (int other : next(node)) {
                if (other == node) {
                    into.addLoop();
                } else {
                    byte[] bytes = encoded(other);
                    into.add(bytes, bytes.length);
                }
            }
        }

        /** Where nothing goes on; in every other graph some of these are none. */
        boolean isEnd(int node) {
            return next(node).length == 0 && (seed % 2 == 0 || node % 13 != 5);
        }

        Result searchForEnds(int workers) {
            return new BreadthFirstSearch(() -> this::expand, workers, NO_LIMIT, GO_ON)
                    .askingForEnds()
                    .run(encoded(0));
        }

        /** The nodes from which an end can be reached, found in the simplest way. */
        Set<Integer> reachingEnd() {
            Set<Integer> reaching = new HashSet<>();
            boolean isGrowing = true;
            while (isGrowing) {
                isGrowing = false;
                for (int node : distances().keySet()) {
                    boolean reaches = isEnd(node) || Arrays.stream(next(node)).anyMatch(reaching::contains);
                    isGrowing |= reaches && reaching.add(node);
                }
            }
            return reaching;
        }

        Result search(int workers, long memoryLimitBytes, Progress progress) {
            return new BreadthFirstSearch(() -> this::expand, workers, memoryLimitBytes, progress).run(encoded(0));
        }

        /** How far every reachable node is, found in the simplest way. */
        Map<Integer, Integer> distances() {
            Map<Integer, Integer> distances = new HashMap<>(Map.of(0, 0));
            Queue<Integer> queue = new ArrayDeque<>(List.of(0));
            while (!queue.isEmpty()) {
                int node = queue.remove();
                for (int other : next(node)) {
                    if (distances.putIfAbsent(other, Objects.requireNonNull(distances.get(node)) + 1) == null) {
                        queue.add(other);
                    }
                }
            }
            return distances;
        }
    }

    private static List<Graph> graphs(int nodes, Set<Integer> wrong) {
        List<Graph> graphs = new ArrayList<>();
        for (long seed = 1; graphs.size() < 12; seed++) {
            Graph graph = new Graph(nodes, seed, wrong);
            if (graph.distances().size() > nodes / 4) {
                graphs.add(graph); // not one that ends after a few nodes
            }
        }
        return graphs;
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 100, 3000, 60_000})
    void visitsWhatCanBeReachedAndNothingElse(int nodes) {
        for (Graph graph : graphs(nodes, Set.of())) {
            Map<Integer, Integer> distances = graph.distances();
            Result result = graph.search(1, NO_LIMIT, GO_ON);
            assertEquals(Outcome.EXHAUSTED, result.outcome());
            assertEquals(distances.size(), result.extent().states());
            assertEquals(
                    distances.keySet().stream()
                            .mapToLong(node -> graph.next(node).length)
                            .sum(),
                    result.extent().transitions());
            assertEquals(0, result.extent().frontier());
            assertEquals(
                    distances.values().stream().mapToInt(i -> i).max().orElseThrow(),
                    result.extent().depth());
            assertNull(result.wrong());
            assertEquals(List.of(), result.path());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 100, 3000, 60_000})
    void findsANearestWrongStateAndAShortestWayToIt(int nodes) {
        int found = 0;
        for (Graph graph : graphs(nodes, Set.of(1, 3, nodes - 1))) {
            Map<Integer, Integer> distances = graph.distances();
            int nearest = graph.wrong.stream()
                    .mapToInt(node -> distances.getOrDefault(node, Integer.MAX_VALUE))
                    .min()
                    .orElseThrow();
            Result result = graph.search(1, NO_LIMIT, GO_ON);
            if (nearest == Integer.MAX_VALUE) {
                assertEquals(Outcome.EXHAUSTED, result.outcome());
                continue;
            }
            found++;
            assertEquals(Outcome.WRONG, result.outcome());
            List<Integer> path = result.path().stream().map(Graph::decoded).toList();
            assertEquals(nearest, path.size() - 1);
            assertEquals(nearest, result.extent().depth());
            assertEquals(0, path.get(0));
            int last = path.get(path.size() - 1);
            assertTrue(graph.wrong.contains(last));
            assertEquals("node " + last, result.wrong());
            for (int i = 1; i < path.size(); i++) {
                int to = path.get(i);
                assertTrue(Arrays.stream(graph.next(path.get(i - 1))).anyMatch(next -> next == to));
            }
        }
        assertTrue(found > 0);
    }

    /** The levels have up to thousands of states, many pieces of work. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void resultDoesNotDependOnWorkers(int workers) {
        for (Set<Integer> wrong : List.of(Set.<Integer>of(), Set.of(17, 4711, 59_999))) {
            for (Graph graph : graphs(120_000, wrong).subList(0, 4)) {
                Result one = graph.search(1, NO_LIMIT, GO_ON);
                Result several = graph.search(workers, NO_LIMIT, GO_ON);
                assertEquals(one.outcome(), several.outcome());
                assertEquals(one.extent(), several.extent());
                assertEquals(one.wrong(), several.wrong());
                assertEquals(
                        one.path().stream().map(Graph::decoded).toList(),
                        several.path().stream().map(Graph::decoded).toList());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 20, 100, 3000})
    void findsANearestStateWithoutAnEndAndAShortestWayToIt(int nodes) {
        for (Graph graph : graphs(nodes, Set.of())) {
            Map<Integer, Integer> distances = graph.distances();
            Set<Integer> reaching = graph.reachingEnd();
            int nearest = distances.keySet().stream()
                    .filter(node -> !reaching.contains(node))
                    .mapToInt(distances::get)
                    .min()
                    .orElse(-1);
            Result result = graph.searchForEnds(1);
            assertEquals(nearest < 0 ? Outcome.EXHAUSTED : Outcome.ENDLESS, result.outcome());
            assertEquals(nearest, result.path().size() - 1);
            assertEquals(distances.size(), result.extent().states());
            if (nearest >= 0) {
                int last = Graph.decoded(result.path().get(nearest));
                assertEquals(nearest, distances.get(last));
                assertFalse(reaching.contains(last));
            }
        }
    }

    /** Where the first state without an end is found does not depend on who stored which part. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 7})
    void stateWithoutAnEndDoesNotDependOnWorkers(int workers) {
        for (Graph graph : graphs(120_000, Set.of()).subList(0, 4)) {
            Result one = graph.searchForEnds(1);
            Result several = graph.searchForEnds(workers);
            assertEquals(graph.seed % 2 == 0 ? Outcome.EXHAUSTED : Outcome.ENDLESS, one.outcome());
            assertEquals(one.outcome(), several.outcome());
            assertEquals(one.extent(), several.extent());
            assertEquals(
                    one.path().stream().map(Graph::decoded).toList(),
                    several.path().stream().map(Graph::decoded).toList());
        }
    }

    /** A ring that leads to its end from everywhere, and the same ring without one. */
    @Test
    void aLoopIsALivelockOnlyIfNothingLeadsOutOfIt() {
        for (boolean hasExit : List.of(true, false)) {
            Result result = new BreadthFirstSearch(
                            () -> (state, sizeBytes, into) -> {
                                if (state[0] == 9) {
                                    into.end();
                                    return;
                                }
                                into.add(new byte[] {(byte) ((state[0] + 1) % 3)}, 1);
                                if (hasExit && state[0] == 2) {
                                    into.add(new byte[] {9}, 1);
                                }
                            },
                            1,
                            NO_LIMIT,
                            GO_ON)
                    .askingForEnds()
                    .run(new byte[1]);
            assertEquals(hasExit ? Outcome.EXHAUSTED : Outcome.ENDLESS, result.outcome());
            assertEquals(hasExit ? 0 : 1, result.path().size());
        }
    }

    @Test
    void progressIsToldEverMoreAndMayStopIt() {
        Graph graph = graphs(60_000, Set.of()).get(0);
        List<Extent> told = new ArrayList<>();
        Result result = graph.search(1, NO_LIMIT, extent -> {
            told.add(extent);
            return extent.states() < 10_000;
        });
        assertEquals(Outcome.STOPPED, result.outcome());
        assertEquals(told.get(told.size() - 1), result.extent());
        assertTrue(result.extent().states() >= 10_000);
        assertTrue(result.extent().states() < graph.distances().size());
        assertTrue(result.extent().frontier() > 0);
        for (int i = 1; i < told.size(); i++) {
            assertTrue(told.get(i - 1).states() <= told.get(i).states());
            assertTrue(told.get(i - 1).depth() <= told.get(i).depth());
        }
    }

    @Test
    void stopsWhenTheStatesTakeMoreMemoryThanAllowed() {
        Graph graph = graphs(120_000, Set.of()).get(0);
        Result whole = graph.search(1, NO_LIMIT, GO_ON);
        long limit = whole.extent().memoryBytes() - 1;
        assertEquals(Outcome.STOPPED, graph.search(1, limit, GO_ON).outcome());
        assertEquals(
                Outcome.EXHAUSTED,
                graph.search(1, whole.extent().memoryBytes(), GO_ON).outcome());
    }

    @Test
    void failureOfAWorkerIsTheFailureOfTheSearch() {
        Graph graph = graphs(120_000, Set.of()).get(0);
        for (int workers : List.of(1, 2)) {
            BreadthFirstSearch search = new BreadthFirstSearch(
                    () -> (state, sizeBytes, into) -> {
                        if (Graph.decoded(state) % 1000 == 999) {
                            throw new IllegalArgumentException("no such node");
                        }
                        graph.expand(state, sizeBytes, into);
                    },
                    workers,
                    NO_LIMIT,
                    GO_ON);
            IllegalArgumentException failure =
                    assertThrows(IllegalArgumentException.class, () -> search.run(Graph.encoded(0)));
            assertEquals("no such node", failure.getMessage());
        }
    }

    @Test
    void stateThatIsTooLargeIsRefused() {
        BreadthFirstSearch search = new BreadthFirstSearch(
                () -> (state, sizeBytes, into) ->
                        into.add(new byte[StateStore.MAX_STATE_BYTES + 1], StateStore.MAX_STATE_BYTES + 1),
                1,
                NO_LIMIT,
                GO_ON);
        assertThrows(IllegalArgumentException.class, () -> search.run(new byte[1]));
    }
}
