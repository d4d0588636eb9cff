package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.Outline;
import dev.pokesim.patcher.protocol.PatchAction;
import dev.pokesim.patcher.protocol.SyncTargets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the patcher does, as a straight line of atoms, and everything that follows from its position in it: how many stores have
 * reached text, what the array holds, whether the references are published. What is known beforehand need not be in a state.
 */
final class ProtocolProgram {
    /** No batch. */
    static final int NONE = -1;

    /** What an atom does; {@code _EACH} ones go through the cores one by one, {@code _ONE} ones act on the only counter. */
    enum Kind {
        FILL,
        PUBLISH_EACH,
        PUBLISH_ONE,
        WRITE,
        SEND,
        AWAIT,
        RETIRE_EACH,
        RETIRE_ONE,
        AWAIT_ONE,
        EMPTY,
        FINISH,
        END
    }

    private final List<PatchAction> actions = new ArrayList<>();
    private final List<Kind> kinds = new ArrayList<>();
    private final List<SiteHistory> sites = new ArrayList<>();
    private final List<SiteFetches> fetches = new ArrayList<>();
    private final int[] moment; // stores into text before this atom
    private final int[] array; // the batch in the array before this atom, or NONE
    private final int[] stale; // the batch whose entries an empty array still has, or NONE
    private final boolean[] published; // of the only counter
    private final boolean[] undisturbedIfPending;
    private final boolean[] undisturbed;
    private final boolean[][] inBatch; // per batch and site
    private final int[] firstOfBatch;
    private final int[] siteOfMoment;

    ProtocolProgram(ProofSetup setup) {
        Map<Long, Integer> index = new HashMap<>(); // only looked up
        for (List<TextPokeLoc> batch : setup.batches()) {
            for (TextPokeLoc place : batch) {
                int number = index.computeIfAbsent(place.address(), address -> sites.size());
                if (number == sites.size()) {
                    sites.add(new SiteHistory(place));
                }
                SiteHistory site = sites.get(number);
                site.willHold(place.oldText());
                site.willHold(place.newText());
            }
        }
        List<Integer> writtenSites = new ArrayList<>();
        for (PatchAction action : Outline.of(setup.protocol(), setup.batches())) {
            if (action instanceof PatchAction.WriteText write) {
                int site = indexOf(index, write.place());
                sites.get(site).stored(writtenSites.size(), write.offset(), write.bytes());
                writtenSites.add(site);
            }
            append(action, setup.perCoreRefs());
        }
        append(Kind.END, new PatchAction.EmptyArray());
        siteOfMoment = writtenSites.stream().mapToInt(Integer::intValue).toArray();
        int size = kinds.size();
        moment = new int[size];
        array = new int[size];
        stale = new int[size];
        published = new boolean[size];
        undisturbed = new boolean[size];
        undisturbedIfPending = new boolean[size];
        walk();
        lookAhead();
        inBatch = new boolean[setup.batches().size()][sites.size()];
        firstOfBatch = new int[setup.batches().size()];
        for (int batch = 0; batch < inBatch.length; batch++) {
            for (TextPokeLoc place : setup.batches().get(batch)) {
                inBatch[batch][indexOf(index, place)] = true;
            }
            firstOfBatch[batch] = indexOf(index, setup.batches().get(batch).get(0));
        }
        for (SiteHistory site : sites) {
            fetches.add(new SiteFetches(site, setup.fetchMode(), List.of()));
        }
    }

    private static int indexOf(Map<Long, Integer> index, TextPokeLoc place) {
        return Objects.requireNonNull(index.get(place.address()));
    }

    private void append(PatchAction action, boolean perCore) {
        if (action instanceof PatchAction.FillArray) {
            append(Kind.FILL, action);
        } else if (action instanceof PatchAction.PublishRefs) {
            append(perCore ? Kind.PUBLISH_EACH : Kind.PUBLISH_ONE, action);
        } else if (action instanceof PatchAction.WriteText) {
            append(Kind.WRITE, action);
        } else if (action instanceof PatchAction.SendSync) {
            append(Kind.SEND, action);
        } else if (action instanceof PatchAction.AwaitSync) {
            append(Kind.AWAIT, action);
        } else if (action instanceof PatchAction.RetireRefs) {
            append(perCore ? Kind.RETIRE_EACH : Kind.RETIRE_ONE, action);
            if (!perCore) {
                append(Kind.AWAIT_ONE, action);
            }
        } else if (action instanceof PatchAction.EmptyArray) {
            append(Kind.EMPTY, action);
        } else if (action instanceof PatchAction.Finish) {
            append(Kind.FINISH, action);
        } else {
            throw new IllegalStateException("the proof does not know " + action);
        }
    }

    private void append(Kind kind, PatchAction action) {
        kinds.add(kind);
        actions.add(action);
    }

    private void walk() {
        int stores = 0;
        int batch = NONE;
        int left = NONE;
        boolean isPublished = false;
        for (int at = 0; at < kinds.size(); at++) {
            moment[at] = stores;
            array[at] = batch;
            stale[at] = left;
            published[at] = isPublished;
            switch (kinds.get(at)) {
                case WRITE -> stores++;
                case FILL -> {
                    batch = ((PatchAction.FillArray) actions.get(at)).batch();
                    left = batch;
                }
                case EMPTY -> batch = NONE;
                case PUBLISH_ONE -> isPublished = true;
                case RETIRE_ONE -> isPublished = false;
                case PUBLISH_EACH, RETIRE_EACH, AWAIT_ONE, SEND, AWAIT, FINISH, END -> {}
            }
        }
    }

    /**
     * For each position whether a handler that starts now can be disturbed: whether the patcher could touch the references or the
     * array before it has waited for an answer that the handler's core owes and cannot give while it is in the handler.
     */
    private void lookAhead() {
        boolean afterAwait = false; // an AWAIT comes before anything that disturbs
        boolean afterSend = false; // a SEND to every core and then an AWAIT do
        for (int at = kinds.size() - 1; at >= 0; at--) {
            switch (kinds.get(at)) {
                case AWAIT -> afterAwait = true;
                case SEND ->
                    afterSend = afterAwait && ((PatchAction.SendSync) actions.get(at)).targets() == SyncTargets.ALL
                            || afterSend;
                case FILL, PUBLISH_EACH, PUBLISH_ONE, RETIRE_EACH, RETIRE_ONE, AWAIT_ONE, EMPTY -> {
                    afterAwait = false;
                    afterSend = false;
                }
                case WRITE, FINISH, END -> {}
            }
            undisturbedIfPending[at] = afterAwait;
            undisturbed[at] = afterSend;
        }
    }

    int size() {
        return kinds.size();
    }

    Kind kind(int at) {
        return kinds.get(at);
    }

    PatchAction action(int at) {
        return actions.get(at);
    }

    /** How many stores have reached text when the patcher is there. */
    int moment(int at) {
        return moment[at];
    }

    /** The batch in the array, or {@link #NONE}. */
    int array(int at) {
        return array[at];
    }

    /** Whether the patcher holds its own reference in the only counter. */
    boolean isPublished(int at) {
        return published[at];
    }

    /** Whether a handler that starts there runs to its end undisturbed. */
    boolean isUndisturbed(int at, boolean pending) {
        return pending ? undisturbedIfPending[at] : undisturbed[at];
    }

    /** Whether the handler finds a site in the array; in an empty one it compares the first entry all the same. */
    boolean finds(int at, int site) {
        if (array[at] != NONE) {
            return inBatch[array[at]][site];
        }
        return stale[at] != NONE && firstOfBatch[stale[at]] == site;
    }

    boolean isInBatch(int batch, int site) {
        return inBatch[batch][site];
    }

    List<SiteHistory> sites() {
        return sites;
    }

    SiteFetches fetches(int site) {
        return fetches.get(site);
    }

    /** The site that a store writes. */
    int siteOfMoment(int store) {
        return siteOfMoment[store];
    }

    /** How many stores into text there are in all. */
    int storeCount() {
        return siteOfMoment.length;
    }

    /** The action as a schedule writes it: with the site's number where there is one. */
    String word(int at) {
        if (actions.get(at) instanceof PatchAction.WriteText write) {
            return "write " + siteOfMoment[moment[at]] + " +" + write.offset() + " " + write.bytes();
        }
        return switch (kinds.get(at)) {
            case AWAIT_ONE -> "retire.done";
            case PUBLISH_EACH, PUBLISH_ONE -> "publish";
            case END -> "end";
            default -> actions.get(at).toString();
        };
    }

    /** A site as reports write it. */
    String siteText(int site) {
        return "site " + site + " at " + Address.text(sites.get(site).address());
    }
}
