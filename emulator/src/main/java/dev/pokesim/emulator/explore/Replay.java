package dev.pokesim.emulator.explore;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Does again what was found: the same transitions in the same model lead to the same state. */
public final class Replay {
    private static final int SHOWN_BYTES = 8;

    private final Exploration exploration;

    public Replay(Model.Source source) {
        exploration = new Exploration(source, true);
    }

    /**
     * One transition, as it was done.
     *
     * @param microOps what it consisted of, for readers: the steps that nobody can notice are done together with the one before
     * @param state the first 16 hexadecimal digits of the state's SHA-256 afterwards; empty after a violation
     */
    public record Step(Transition transition, List<String> microOps, String state) {
        public Step {
            microOps = List.copyOf(microOps);
        }
    }

    /**
     * How a replay ended.
     *
     * @param steps the transitions that were possible, up to the first violation
     * @param next what could happen then; nothing after a violation
     * @param violation what was wrong after the last of them, also if only nothing could happen any more, or nothing that leads to
     *     the end; null if nothing
     * @param digest SHA-256 of all states on the way, as hexadecimal digits: two replays that give the same one did the same
     */
    public record Result(
            List<Step> steps,
            List<Transition> next,
            @Nullable String violation,
            String digest) {
        public Result {
            steps = List.copyOf(steps);
            next = List.copyOf(next);
        }

        /** The same where somebody knows what is wrong in the end: of a livelock a replay looks at so many states only. */
        public Result withViolation(String known) {
            return new Result(steps, next, known, digest);
        }

        /** The transitions of the steps. */
        public List<Transition> performed() {
            return steps.stream().map(Step::transition).toList();
        }
    }

    /**
     * Replays all of them.
     *
     * @throws IllegalArgumentException with the number of the first step that is not possible where it stands
     */
    public Result run(List<Transition> transitions) {
        return run(transitions, false);
    }

    /** Replays those that are possible where they stand and passes over the others: for who looks for a shorter way. */
    public Result runPossible(List<Transition> transitions) {
        return run(transitions, true);
    }

    private Result run(List<Transition> transitions, boolean lenient) {
        exploration.restart();
        List<Step> performed = new ArrayList<>();
        MessageDigest digest = sha256();
        List<String> microOps = new ArrayList<>();
        exploration.logTo((code, answers, text) -> microOps.add(text));
        for (int i = 0; i < transitions.size() && exploration.violation() == null; i++) {
            Transition transition = transitions.get(i);
            microOps.clear();
            if (exploration.replay(transition)) {
                String state = "";
                if (exploration.violation() == null) {
                    byte[] hash = stateHash();
                    digest.update(hash);
                    state = HexFormat.of().formatHex(hash, 0, SHOWN_BYTES);
                }
                performed.add(new Step(transition, microOps, state));
            } else if (!lenient) {
                throw new IllegalArgumentException("step " + (i + 1) + " is not possible: " + transition);
            }
        }
        exploration.logTo(null);
        String violation = exploration.violation();
        List<Transition> next = violation == null ? exploration.possible() : List.of();
        if (violation == null && next.isEmpty()) {
            violation = exploration.violationAtEnd();
        } else if (violation == null) {
            violation = new Livelock(exploration).find();
        }
        return new Result(performed, next, violation, HexFormat.of().formatHex(digest.digest()));
    }

    private byte[] stateHash() {
        exploration.save();
        MessageDigest digest = sha256();
        digest.update(exploration.writer().bytes(), 0, exploration.writer().sizeBytes());
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
