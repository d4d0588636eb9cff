package dev.pokesim.emulator.explore;

import dev.pokesim.emulator.state.StateWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Livelock: something can always happen, and nothing that can happen leads to where every core is done. No fairness helps then; a
 * run that is only unlucky, because others get the line first again and again, is none.
 */
final class Livelock {
    /** So many states are looked at before it is given up. */
    private static final int MOST_STATES = 1_000_000;
    /** After so many turns a core that will wait waits. */
    private static final int TURNS = 10_000;

    private final Exploration exploration;

    Livelock(Exploration exploration) {
        this.exploration = exploration;
    }

    /**
     * Looks for a way from the present state to an end, depth first; the state is the same afterwards.
     *
     * @return who waits and who goes on if there is none; null if there is, or if there are too many states to know
     */
    @Nullable
    String find() {
        exploration.save();
        byte[] here = exploration.writer().toArray();
        String found = canEnd(here) ? null : describe(here);
        exploration.restore(here, 0);
        return found;
    }

    /** Whether an end can be reached, or something that is wrong in another way. */
    private boolean canEnd(byte[] from) {
        StateStore known = new StateStore();
        known.add(from, 0, from.length, StateStore.hash(from, 0, from.length), 0);
        Deque<byte[]> open = new ArrayDeque<>(List.of(from));
        Choices choices = exploration.choices();
        while (!open.isEmpty() && known.count() < MOST_STATES) {
            byte[] state = open.pop();
            exploration.restore(state, 0);
            int[] codes = codes();
            if (codes.length == 0) {
                return true;
            }
            for (int code : codes) {
                choices.enumerate();
                choices.first();
                do {
                    exploration.restore(state, 0);
                    exploration.perform(code);
                    if (exploration.violation() != null) {
                        return true;
                    }
                    exploration.save();
                    StateWriter writer = exploration.writer();
                    byte[] next = writer.toArray();
                    if (known.add(next, 0, next.length, StateStore.hash(next, 0, next.length), 0)) {
                        open.push(next);
                    }
                } while (choices.next());
            }
        }
        return !open.isEmpty();
    }

    private int[] codes() {
        int count = exploration.findEnabled();
        int[] codes = new int[count];
        Arrays.setAll(codes, exploration::enabledCode);
        return codes;
    }

    /**
     * Says who waits and who goes on, after everybody has had many turns.
     *
     * @param from a state from which there is no end
     */
    String describe(byte[] from) {
        exploration.restore(from, 0);
        int last = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            last = nextInTurn(last);
            exploration.choices().enumerate();
            exploration.choices().first();
            exploration.perform(last);
        }
        List<String> cores = new ArrayList<>();
        exploration.addWaiting(cores);
        return "livelock: cores go on for ever, and nothing that they do leads to the end: " + String.join(", ", cores);
    }

    /** The first transition behind one in the order of cores and kinds, around and around. */
    private int nextInTurn(int code) {
        int after = Integer.MAX_VALUE;
        int first = Integer.MAX_VALUE;
        int next = 0;
        int lowest = 0;
        for (int possible : codes()) {
            int order = Exploration.orderOf(possible);
            if (order < first) {
                first = order;
                lowest = possible;
            }
            if (order > Exploration.orderOf(code) && order < after) {
                after = order;
                next = possible;
            }
        }
        return after == Integer.MAX_VALUE ? lowest : next;
    }
}
