package dev.pokesim.patcher.proof;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether the patcher gets to its end if nobody is kept from going on forever: no livelock under weak fairness.
 *
 * <p>Looks for a part of the state graph that a run can stay in forever without the patcher being done, although whoever could go on at every
 * moment does go on: a strongly connected part in which each core, and the patcher, either takes a step or is at some point unable
 * to. Without symmetry, which would make one core go on in the name of another.
 */
final class Liveness {
    private static final int MAX_STATES = 400_000;
    private static final int NONE = -1;

    /** The edges of one state: index of the next state and who moves, in turns; self-loops included. */
    private final List<int[]> edges = new ArrayList<>();

    private final List<ProtocolState> states = new ArrayList<>();
    private final ProtocolModel model;

    private Liveness(ProtocolModel model) {
        this.model = model;
    }

    /**
     * What a livelock looks like; null if there is none.
     *
     * @param states gets how many there are
     * @throws TooLarge if there are too many
     */
    static @Nullable String livelock(ProofSetup setup, int[] states) throws TooLarge {
        Liveness liveness = new Liveness(
                new ProtocolModel(new ProtocolProgram(setup), setup, java.util.Set.of(Reduction.PROMPT_SYNC)));
        liveness.explore();
        states[0] = liveness.states.size();
        return liveness.find();
    }

    /** There are more states than are looked at. */
    static final class TooLarge extends Exception {
        private static final long serialVersionUID = 1;
    }

    private static ProtocolState copy(ProtocolState state, int cores) {
        ProtocolState copy = new ProtocolState(cores);
        copy.set(state);
        return copy;
    }

    private void explore() throws TooLarge {
        StateCodec codec = new StateCodec(model);
        byte[] bytes = new byte[codec.maxSizeBytes()];
        Map<String, Integer> known = new HashMap<>(); // only looked up
        ProtocolState next = new ProtocolState(model.cores());
        ProtocolState initial = model.initial();
        known.put(text(bytes, codec.write(initial, bytes)), 0);
        states.add(copy(initial, model.cores()));
        for (int i = 0; i < states.size(); i++) {
            if (states.size() > MAX_STATES) {
                throw new TooLarge();
            }
            List<Integer> out = new ArrayList<>();
            int from = i;
            model.expand(states.get(i), next, new ProtocolModel.Visitor() {
                @Override
                public void moved(ProtocolState after, Move move, int group, int site) {
                    String key = text(bytes, codec.write(after, bytes));
                    int to = known.computeIfAbsent(key, k -> states.size());
                    if (to == states.size()) {
                        states.add(copy(after, model.cores()));
                    }
                    if (move == Move.NMI) {
                        return; // they do not come for ever; what follows one is looked at all the same
                    }
                    out.add(to);
                    out.add(move == Move.PATCHER || move == Move.PATCHER_FOR_CORE ? 0 : group + 1);
                }

                @Override
                public void stayed(Move move, int group, int site) {
                    out.add(from);
                    out.add(group + 1);
                }

                @Override
                public void violated(Violated what) {}
            });
            edges.add(out.stream().mapToInt(Integer::intValue).toArray());
        }
    }

    private static String text(byte[] bytes, int sizeBytes) {
        return new String(bytes, 0, sizeBytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private @Nullable String find() {
        int[] component = new StrongComponents(edges).find();
        int count = 0;
        for (int one : component) {
            count = Math.max(count, one + 1);
        }
        int actors = model.cores() + 1;
        boolean[][] moves = new boolean[count][actors];
        boolean[][] rests = new boolean[count][actors];
        boolean[] hasCycle = new boolean[count];
        int[] example = new int[count];
        java.util.Arrays.fill(example, NONE);
        for (int state = 0; state < component.length; state++) {
            int mine = component[state];
            example[mine] = example[mine] == NONE ? state : example[mine];
            boolean[] able = new boolean[actors];
            int[] out = edges.get(state);
            for (int i = 0; i < out.length; i += 2) {
                able[out[i + 1]] = true;
                if (component[out[i]] == mine) {
                    moves[mine][out[i + 1]] = true;
                    hasCycle[mine] = true;
                }
            }
            for (int actor = 0; actor < actors; actor++) {
                rests[mine][actor] |= !able[actor];
            }
        }
        for (int one = 0; one < count; one++) {
            ProtocolState state = states.get(example[one]);
            boolean isDone = model.isAtEnd(state);
            boolean isFair = hasCycle[one];
            for (int actor = 0; actor < actors; actor++) {
                isFair &= moves[one][actor] || rests[one][actor];
            }
            if (isFair && !isDone) {
                return "livelock: with the patcher at " + model.program().word(state.at)
                        + " the cores can go on forever, each getting its turn, and the patcher never gets further";
            }
        }
        return null;
    }
}
