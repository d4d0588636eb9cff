package dev.pokesim.patcher.proof;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Livelock: cores can always go on, and nothing that they do lets the patcher come to its end. It takes no unfairness; where a wait is
 * only unlucky, see {@link Liveness}.
 */
final class Endless {
    /** So many states are looked at before it is given up. */
    private static final int MOST_STATES = 200_000;

    /** What is said where it is known that there is no end, but not how far the patcher gets. */
    static final Violated SOMEWHERE = violated("never comes to its end");

    private Endless() {}

    /**
     * What is wrong with a state from which the end cannot be reached; null if it can, or something else that is wrong, or if there
     * are too many states to know.
     *
     * @param model in which nothing is left out
     */
    static @Nullable Violated from(ProtocolModel model, ProtocolState state) {
        int[] furthest = {state.at};
        return !model.isAsked("EveryWaitEnds") || canEnd(model, state, furthest)
                ? null
                : violated("gets no further than " + model.program().word(furthest[0]));
    }

    private static Violated violated(String what) {
        return new Violated(
                "EveryWaitEnds",
                Violated.NOBODY,
                Violated.NOBODY,
                "livelock: cores can go on for ever, and whatever they do, the patcher " + what);
    }

    /** A state and how it was come by. */
    private record Next(ProtocolState state, Move move) {}

    /** Looks for the end depth first, and first where the patcher goes on and handlers end. */
    private static boolean canEnd(ProtocolModel model, ProtocolState from, int[] furthest) {
        StateCodec codec = new StateCodec(model);
        byte[] bytes = new byte[codec.maxSizeBytes()];
        Set<String> known = new HashSet<>(); // only asked
        known.add(text(bytes, codec.write(from, bytes)));
        Deque<ProtocolState> open = new ArrayDeque<>(List.of(from));
        ProtocolState scratch = new ProtocolState(model.cores());
        boolean[] isOver = new boolean[1];
        while (!open.isEmpty() && !isOver[0] && known.size() < MOST_STATES) {
            ProtocolState state = open.pop();
            furthest[0] = Math.max(furthest[0], state.at);
            isOver[0] = model.isAtEnd(state);
            List<Next> next = new ArrayList<>();
            model.expand(state, scratch, new ProtocolModel.Visitor() {
                @Override
                public void moved(ProtocolState after, Move move, int group, int site) {
                    if (known.add(text(bytes, codec.write(after, bytes)))) {
                        ProtocolState copy = new ProtocolState(model.cores());
                        copy.set(after);
                        next.add(new Next(copy, move));
                    }
                }

                @Override
                public void stayed(Move move, int group, int site) {}

                @Override
                public void violated(Violated what) {
                    isOver[0] = true;
                }

                @Override
                public void passedOver() {
                    isOver[0] = true;
                }
            });
            next.sort(Comparator.comparing(Next::move).reversed());
            next.forEach(one -> open.push(one.state));
        }
        return isOver[0] || !open.isEmpty();
    }

    private static String text(byte[] bytes, int sizeBytes) {
        return new String(bytes, 0, sizeBytes, StandardCharsets.ISO_8859_1);
    }
}
