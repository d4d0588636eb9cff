package dev.pokesim.patcher.proof;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Reorders an interleaving so that each core does more in one go: a step moves next to one of the same core if everything still
 * happens. The length stays.
 */
final class FewerSwitches {
    private FewerSwitches() {}

    static List<ProofStep> of(ProofSetup setup, List<ProofStep> steps, Violated violated) {
        List<ProofStep> best = steps;
        boolean improved = true;
        while (improved) {
            improved = false;
            for (int from = 0; from < best.size() && !improved; from++) {
                for (int to = 0; to < best.size() && !improved; to++) {
                    List<ProofStep> other = new ArrayList<>(best);
                    other.add(to, other.remove(from));
                    if (switches(other) < switches(best) && leadsTo(setup, other, violated)) {
                        best = other;
                        improved = true;
                    }
                }
            }
        }
        return List.copyOf(best);
    }

    private static int switches(List<ProofStep> steps) {
        int count = 0;
        for (int i = 1; i < steps.size(); i++) {
            count += steps.get(i).core() == steps.get(i - 1).core() ? 0 : 1;
        }
        return count;
    }

    private static boolean leadsTo(ProofSetup setup, List<ProofStep> steps, Violated violated) {
        Interleaving walk = new Interleaving(setup);
        for (ProofStep step : steps) {
            if (!walk.take(step)) {
                return false;
            }
        }
        Violated found = violated.oracle().equals("EveryWaitEnds") ? walk.violatedOrEndless() : walk.violated();
        return found != null
                && Objects.equals(found.oracle(), violated.oracle())
                && found.group() == violated.group()
                && found.site() == violated.site();
    }
}
