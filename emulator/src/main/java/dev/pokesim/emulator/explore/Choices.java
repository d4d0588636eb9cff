package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.core.Chooser;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Tries every combination of answers to the questions that one transition asks, the first ones first; or asks somebody else. */
public final class Choices implements Chooser {
    /** Who answers when nothing is enumerated; null: combinations are. */
    private Chooser other = count -> 0;

    private boolean delegates;
    private int[] chosen = new int[16];
    private int[] counts = new int[16];
    private int size;
    private int place;

    /** From now on another chooser answers; what it says can be read from {@link #list()}. */
    void delegateTo(Chooser newOther) {
        other = newOther;
        delegates = true;
    }

    /** From now on combinations are tried. */
    void enumerate() {
        delegates = false;
    }

    /** Begins with the first combination of a new transition. */
    void first() {
        size = 0;
        place = 0;
    }

    /** Begins with given answers. */
    void replay(List<Integer> answers) {
        first();
        for (int answer : answers) {
            push(answer, Integer.MAX_VALUE);
        }
    }

    /** How many questions the transition has asked so far. */
    int asked() {
        return place;
    }

    /** Whether the transition asked exactly what was answered, and nothing more. */
    boolean wereAllAsked() {
        return place == size;
    }

    /**
     * On to the next combination, for the same transition from the same state.
     *
     * @return false if there is none
     */
    public boolean next() {
        while (size > 0) {
            if (++chosen[size - 1] < counts[size - 1]) {
                place = 0;
                return true;
            }
            size--;
        }
        return false;
    }

    private void push(int answer, int count) {
        if (size == chosen.length) {
            chosen = Arrays.copyOf(chosen, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
        }
        chosen[size] = answer;
        counts[size++] = count;
    }

    @Override
    public int choose(int count) {
        if (place == size) {
            push(delegates ? other.choose(count) : 0, count);
        } else if (chosen[place] >= count) {
            throw new IllegalArgumentException(
                    "there are only " + count + " values to see, not " + (chosen[place] + 1));
        }
        return chosen[place++];
    }

    /** The answers of the transition that was performed last. */
    List<Integer> list() {
        return IntStream.range(0, size).mapToObj(i -> chosen[i]).toList();
    }
}
