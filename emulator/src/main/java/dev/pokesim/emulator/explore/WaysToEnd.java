package dev.pokesim.emulator.explore;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;

/** The transitions of a search, remembered to go back along them: from which states an end can be reached. */
final class WaysToEnd {
    private static final int FIRST_SIZE = 16;

    /* By the part of the state that a transition leads to: that state's index, and the number of the state it comes from. */
    private final int[][] to;
    private final int[][] from;
    private final int[] counts;
    private final ArrayDeque<Integer> ends = new ArrayDeque<>();

    WaysToEnd(int parts) {
        to = new int[parts][0];
        from = new int[parts][0];
        counts = new int[parts];
    }

    /**
     * A transition.
     *
     * @param parent number of the state it comes from
     * @param index in its part of the store, of the state it leads to
     */
    void add(int parent, int part, int index) {
        int at = counts[part]++;
        if (at == to[part].length) {
            int size = Math.max(FIRST_SIZE, at + at / 2);
            to[part] = Arrays.copyOf(to[part], size);
            from[part] = Arrays.copyOf(from[part], size);
        }
        to[part][at] = index;
        from[part][at] = parent;
    }

    /** A state in which everything is done. */
    void addEnd(int number) {
        ends.add(number);
    }

    /** The memory that it takes. */
    long sizeBytes() {
        return Arrays.stream(to)
                .mapToLong(part -> 2L * Integer.BYTES * part.length)
                .sum();
    }

    /**
     * Finds the states from which an end can be reached.
     *
     * @param states how many each part of the store has
     * @return for each part the indices of its states
     */
    BitSet[] reachingEnd(int[] states) {
        int parts = to.length;
        int[][] starts = new int[parts][];
        int[][] sources = new int[parts][];
        BitSet[] reaching = new BitSet[parts];
        for (int part = 0; part < parts; part++) {
            reaching[part] = new BitSet(states[part]);
            starts[part] = new int[states[part] + 1];
            sources[part] = new int[counts[part]];
            group(part, starts[part], sources[part]);
        }
        ends.forEach(end -> reaching[BreadthFirstSearch.partOf(end)].set(BreadthFirstSearch.indexOf(end)));
        while (!ends.isEmpty()) {
            int number = ends.remove();
            int part = BreadthFirstSearch.partOf(number);
            int index = BreadthFirstSearch.indexOf(number);
            for (int i = starts[part][index]; i < starts[part][index + 1]; i++) {
                int source = sources[part][i];
                BitSet ofPart = reaching[BreadthFirstSearch.partOf(source)];
                if (!ofPart.get(BreadthFirstSearch.indexOf(source))) {
                    ofPart.set(BreadthFirstSearch.indexOf(source));
                    ends.add(source);
                }
            }
        }
        return reaching;
    }

    /** Sorts the transitions into one part by where they lead, by counting. */
    private void group(int part, int[] starts, int[] sources) {
        for (int i = 0; i < counts[part]; i++) {
            starts[to[part][i] + 1]++;
        }
        for (int index = 1; index < starts.length; index++) {
            starts[index] += starts[index - 1];
        }
        int[] next = starts.clone();
        for (int i = 0; i < counts[part]; i++) {
            sources[next[to[part][i]]++] = from[part][i];
        }
    }
}
