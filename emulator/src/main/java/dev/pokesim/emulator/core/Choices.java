package dev.pokesim.emulator.core;

import java.util.ArrayList;
import java.util.List;

/** A chooser that goes through all sequences of choices: run, then {@link #next()}, until that says there are no more. */
public final class Choices implements Chooser {
    private final List<Integer> chosen = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();
    private int at;

    @Override
    public int choose(int count) {
        if (count < 2) {
            throw new IllegalArgumentException("a choice among " + count);
        }
        if (at == chosen.size()) {
            chosen.add(0);
            counts.add(count);
        }
        return chosen.get(at++);
    }

    /**
     * Goes on to the next sequence.
     *
     * @return whether there is one
     */
    public boolean next() {
        at = 0;
        while (!chosen.isEmpty()) {
            int last = chosen.size() - 1;
            int choice = chosen.get(last) + 1;
            if (choice < counts.get(last)) {
                chosen.set(last, choice);
                return true;
            }
            chosen.remove(last);
            counts.remove(last);
        }
        return false;
    }
}
