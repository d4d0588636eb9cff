package dev.pokesim.patcher.proof;

import dev.pokesim.patcher.protocol.Outline;
import dev.pokesim.patcher.protocol.PatchAction;
import java.util.ArrayList;
import java.util.List;

/**
 * In which orders the atoms of two patchers follow each other. Under text_mutex there are two: who takes it second waits until the first
 * is done with everything. Without it there are very many, and only those are gone through in which one patcher interrupts the
 * other once: a context bound of 1.
 *
 * @see "Qadeer, Rehof, Context-Bounded Model Checking of Concurrent Software, TACAS 2005"
 */
final class Turns {
    /** The most switches from one patcher to the other before something goes wrong. */
    static final int SWITCHES = 1;

    private Turns() {}

    /** All of them, as {@link ProofSetup#turns}. */
    static List<List<Integer>> of(ProofSetup setup) {
        int own = own(setup).size();
        int rivals = rivals(setup).size();
        if (isComplete(setup)) {
            return List.of(List.of(own, rivals), List.of(0, rivals, own));
        }
        List<List<Integer>> all = new ArrayList<>();
        for (int first = 0; first <= own; first++) {
            all.add(List.of(first, rivals, own - first));
        }
        for (int first = 1; first < rivals; first++) {
            all.add(List.of(0, first, own, rivals - first));
        }
        return all;
    }

    /** Whether these are all the orders that there are. */
    static boolean isComplete(ProofSetup setup) {
        return !setup.company().contains(ProofSetup.Company.RIVAL_WITHOUT_MUTEX);
    }

    /** What core 0 does. */
    static List<PatchAction> own(ProofSetup setup) {
        return Outline.of(setup.protocol(), setup.ownBatches());
    }

    /** What the rival does; nothing without one. */
    static List<PatchAction> rivals(ProofSetup setup) {
        int own = setup.ownBatches().size();
        return Outline.of(
                setup.protocol(), setup.batches().subList(own, setup.batches().size()), own);
    }
}
