package dev.pokesim.emulator.explore;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Does again what was found: the same transitions in the same model lead to the same state. */
public final class Replay {
    private final Exploration exploration;

    public Replay(Model.Source source) {
        exploration = new Exploration(source, true);
    }

    /**
     * How a replay ended.
     *
     * @param performed the transitions that were possible, up to the first violation
     * @param violation what was wrong after the last of them, also if only nothing could happen any more; null if nothing
     * @param digest SHA-256 of all states on the way, as hexadecimal digits: two replays that give the same one did the same
     */
    public record Result(
            List<Transition> performed, @Nullable String violation, String digest) {
        public Result {
            performed = List.copyOf(performed);
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
        List<Transition> performed = new ArrayList<>();
        MessageDigest digest = sha256();
        for (int i = 0; i < transitions.size() && exploration.violation() == null; i++) {
            Transition transition = transitions.get(i);
            if (exploration.replay(transition)) {
                performed.add(transition);
                if (exploration.violation() == null) {
                    exploration.save();
                    digest.update(
                            exploration.writer().bytes(),
                            0,
                            exploration.writer().sizeBytes());
                }
            } else if (!lenient) {
                throw new IllegalArgumentException("step " + (i + 1) + " is not possible: " + transition);
            }
        }
        String violation = exploration.violation();
        if (violation == null && exploration.findEnabled() == 0 && !exploration.isOver()) {
            violation = exploration.whoWaits();
        }
        return new Result(performed, violation, HexFormat.of().formatHex(digest.digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
