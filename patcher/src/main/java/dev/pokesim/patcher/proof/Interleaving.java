package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.explore.BreadthFirstSearch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One run of a proof's model, step by step, with every core told apart and nothing left out: what a counterexample is walked
 * through with, forwards.
 */
public final class Interleaving {
    private final ProtocolModel model;
    private final StateCodec codec;
    private final ProtocolState state;
    private final ProtocolState scratch;
    private final byte[] bytes;
    private final List<ProofStep> taken = new ArrayList<>();

    /** From the start. */
    public Interleaving(ProofSetup setup) {
        this(new ProtocolModel(new ProtocolProgram(setup), setup, Reduction.NONE));
    }

    Interleaving(ProtocolModel model) {
        this.model = model;
        codec = new StateCodec(model);
        state = model.initial();
        scratch = new ProtocolState(model.cores());
        bytes = new byte[codec.maxSizeBytes()];
    }

    /** What was done so far. */
    public List<ProofStep> taken() {
        return List.copyOf(taken);
    }

    ProtocolState state() {
        return state;
    }

    ProtocolModel model() {
        return model;
    }

    /** A number that two equal states have in common: for comparing replays. */
    public long stateHash() {
        return codec.hash(bytes, codec.write(state, bytes));
    }

    /** As {@link #violated}, also if it is only that nothing leads from the present state to the end. */
    @Nullable
    Violated violatedOrEndless() {
        Violated found = violated();
        return found == null ? Endless.from(model, state) : found;
    }

    /** What is wrong with the present state; null if nothing is. */
    @Nullable
    Violated violated() {
        Violated[] found = new Violated[1];
        model.expand(state, scratch, new ProtocolModel.Visitor() {
            @Override
            public void moved(ProtocolState next, Move move, int group, int site) {}

            @Override
            public void stayed(Move move, int group, int site) {}

            @Override
            public void violated(Violated what) {
                found[0] = found[0] == null ? what : found[0];
            }
        });
        return found[0];
    }

    /**
     * The way here and what is wrong now, the violating fetch as its last step if it is one; null if nothing is wrong. It is not
     * said under which fetch modes else, or that the way is a shortest one.
     */
    public @Nullable Counterexample counterexample() {
        Violated found = violatedOrEndless();
        if (found == null) {
            return null;
        }
        Explanation explanation = Explanation.of(model.setup(), taken, found);
        return new Counterexample(
                model.setup(),
                explanation.steps(),
                explanation.texts(),
                found.group() < 0 ? model.patcherIn(state) : found.group() + 1,
                found.oracle(),
                explanation.what(),
                explanation.reasons(),
                List.of(),
                new BreadthFirstSearch.Extent(0, 0, 0, taken.size(), 0),
                false);
    }

    /** Everything that could be done next. */
    public List<ProofStep> possible() {
        List<ProofStep> steps = new ArrayList<>();
        model.expand(state, scratch, new Steps() {
            @Override
            void step(ProofStep step, ProtocolState next) {
                steps.add(step);
            }
        });
        return steps;
    }

    /**
     * Does one thing, if it can be done now.
     *
     * @return whether it could
     */
    public boolean take(ProofStep wanted) {
        ProtocolState[] after = new ProtocolState[1];
        model.expand(state, scratch, new Steps() {
            @Override
            void step(ProofStep step, ProtocolState next) {
                if (after[0] == null && step.equals(wanted)) {
                    after[0] = new ProtocolState(model.cores());
                    after[0].set(next);
                }
            }
        });
        if (after[0] == null) {
            return false;
        }
        state.set(after[0]);
        taken.add(wanted);
        return true;
    }

    /** The step that leads to an encoded state; null if none does. */
    @Nullable
    ProofStep stepTo(byte[] encoded) {
        ProofStep[] found = new ProofStep[1];
        model.expand(state, scratch, new Steps() {
            @Override
            void step(ProofStep step, ProtocolState next) {
                int sizeBytes = codec.write(next, bytes);
                if (java.util.Arrays.equals(bytes, 0, sizeBytes, encoded, 0, encoded.length)) {
                    found[0] = found[0] == null ? step : found[0];
                }
            }
        });
        return found[0];
    }

    /** Turns the model's moves into steps. */
    private abstract class Steps implements ProtocolModel.Visitor {
        abstract void step(ProofStep step, ProtocolState next);

        @Override
        public final void moved(ProtocolState next, Move move, int group, int site) {
            step(model.step(state, next, move, group, site), next);
        }

        @Override
        public final void stayed(Move move, int group, int site) {}

        @Override
        public final void violated(Violated what) {}
    }
}
