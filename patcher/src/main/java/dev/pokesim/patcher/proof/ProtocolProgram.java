package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.protocol.CoreSet;
import dev.pokesim.patcher.protocol.Lookup;
import dev.pokesim.patcher.protocol.PatchAction;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * What the patcher does, as a straight line of atoms, and everything that follows from its position in it: how many stores have
 * reached text, what the array holds, whether the references are published. What is known beforehand need not be in a state.
 */
final class ProtocolProgram {
    /** No batch, no site. */
    static final int NONE = -1;

    /** What an atom does; {@code _EACH} ones go through the cores one by one, {@code _ONE} ones act on the only counter. */
    enum Kind {
        FILL,
        PUBLISH_EACH,
        PUBLISH_ONE,
        WRITE,
        SERIALISE,
        INTERRUPTS,
        SEND,
        AWAIT,
        STOP,
        AWAIT_STOPPED,
        RELEASE,
        START_GRACE_PERIOD,
        AWAIT_READERS,
        SET_LOOKUP,
        RETIRE_EACH,
        RETIRE_ONE,
        AWAIT_ONE,
        DROP_EACH,
        DROP_ONE,
        EMPTY,
        FINISH,
        END
    }

    /** What is known at a position. */
    private static final class Position {
        int moment;
        int array = NONE;
        int stale = NONE;
        boolean published;
        boolean holding;
        boolean interruptsOn = true;
        boolean hidden;
        boolean flushing = true;
        int ownEpoch;
        int ownDrained;
        Set<Lookup> usable = EnumSet.noneOf(Lookup.class);
        boolean undisturbedIfPending;
        boolean undisturbed;

        Position copy() {
            Position copy = new Position();
            copy.moment = moment;
            copy.array = array;
            copy.stale = stale;
            copy.published = published;
            copy.holding = holding;
            copy.interruptsOn = interruptsOn;
            copy.hidden = hidden;
            copy.flushing = flushing;
            copy.ownEpoch = ownEpoch;
            copy.ownDrained = ownDrained;
            copy.usable = usable.isEmpty() ? EnumSet.noneOf(Lookup.class) : EnumSet.copyOf(usable);
            return copy;
        }
    }

    private final List<PatchAction> actions = new ArrayList<>();
    private final List<Kind> kinds = new ArrayList<>();
    private final List<Boolean> isRivals = new ArrayList<>(); // per atom
    private final List<Position> positions = new ArrayList<>();
    private final Map<Long, Integer> index = new HashMap<>(); // of sites by address; only looked up
    private final List<SiteHistory> sites = new ArrayList<>();
    private final List<SiteFetches> fetches = new ArrayList<>();
    private final List<int[]> batches = new ArrayList<>(); // per batch its sites in the order of the array
    private final List<boolean[]> found = new ArrayList<>(); // per batch and site, whether a search finds it
    private final int[] siteOfMoment;
    private final boolean hasForeignInt3;

    ProtocolProgram(ProofSetup setup) {
        for (List<PatchPlace> batch : setup.batches()) {
            for (PatchPlace place : batch) {
                int number = index.computeIfAbsent(place.address(), address -> sites.size());
                if (number == sites.size()) {
                    sites.add(new SiteHistory(place));
                }
                SiteHistory site = sites.get(number);
                site.willHold(place.oldText());
                site.willHold(place.newText());
            }
        }
        hasForeignInt3 = setup.company().contains(Company.FOREIGN_INT3);
        for (List<PatchPlace> batch : setup.batches()) {
            int[] ofBatch = batch.stream()
                    .mapToInt(place -> Objects.requireNonNull(index.get(place.address())))
                    .toArray();
            batches.add(ofBatch);
            found.add(search(ofBatch));
        }
        List<Integer> writtenSites = new ArrayList<>();
        List<List<PatchAction>> patchers = List.of(Turns.own(setup), Turns.rivals(setup));
        int[] taken = new int[patchers.size()];
        for (int turn = 0; turn < setup.turns().size() + patchers.size(); turn++) {
            int who = turn % patchers.size();
            int left = patchers.get(who).size() - taken[who];
            int atoms = turn < setup.turns().size() ? Math.min(setup.turns().get(turn), left) : left;
            for (int i = 0; i < atoms; i++) {
                take(patchers.get(who).get(taken[who]++), setup.perCoreRefs(), writtenSites);
                while (isRivals.size() < kinds.size()) {
                    isRivals.add(who > 0);
                }
            }
        }
        append(Kind.END, new PatchAction.EmptyArray());
        isRivals.add(false);
        siteOfMoment = writtenSites.stream().mapToInt(Integer::intValue).toArray();
        Position start = new Position();
        if (setup.company().contains(Company.HANDLER_REGISTERED)) {
            start.usable.add(Lookup.HANDLER);
        }
        walk(start);
        lookAhead();
        for (SiteHistory site : sites) {
            fetches.add(
                    new SiteFetches(site, setup.fetchMode(), setup.protocol().intermediates()));
        }
    }

    private void take(PatchAction action, boolean perCore, List<Integer> writtenSites) {
        if (action instanceof PatchAction.WriteText write) {
            int site = Objects.requireNonNull(index.get(write.place().address()));
            sites.get(site).stored(writtenSites.size(), write.offset(), write.bytes());
            writtenSites.add(site);
        }
        append(action, perCore);
    }

    /** Which sites a binary search of the array finds, as the handler searches: not all, if the array is not sorted. */
    private boolean[] search(int[] array) {
        boolean[] finds = new boolean[sites.size()];
        for (int site : array) {
            int left = 0;
            int right = array.length;
            while (left < right) {
                int middle = left + right >> 1;
                int order = Long.compareUnsigned(
                        sites.get(site).address(), sites.get(array[middle]).address());
                if (order == 0) {
                    finds[site] = true;
                    break;
                }
                left = order > 0 ? middle + 1 : left;
                right = order < 0 ? middle : right;
            }
        }
        return finds;
    }

    private void append(PatchAction action, boolean perCore) {
        if (action instanceof PatchAction.FillArray) {
            append(Kind.FILL, action);
        } else if (action instanceof PatchAction.PublishRefs) {
            append(perCore ? Kind.PUBLISH_EACH : Kind.PUBLISH_ONE, action);
        } else if (action instanceof PatchAction.WriteText) {
            append(Kind.WRITE, action);
        } else if (action instanceof PatchAction.SerialiseSelf) {
            append(Kind.SERIALISE, action);
        } else if (action instanceof PatchAction.SetInterrupts) {
            append(Kind.INTERRUPTS, action);
        } else if (action instanceof PatchAction.SendSync) {
            append(Kind.SEND, action);
        } else if (action instanceof PatchAction.AwaitSync) {
            append(Kind.AWAIT, action);
        } else if (action instanceof PatchAction.StopCores) {
            append(Kind.STOP, action);
        } else if (action instanceof PatchAction.AwaitStopped) {
            append(Kind.AWAIT_STOPPED, action);
        } else if (action instanceof PatchAction.ReleaseCores) {
            append(Kind.RELEASE, action);
        } else if (action instanceof PatchAction.StartGracePeriod) {
            append(Kind.START_GRACE_PERIOD, action);
        } else if (action instanceof PatchAction.AwaitReaders) {
            append(Kind.AWAIT_READERS, action);
        } else if (action instanceof PatchAction.SetLookup) {
            append(Kind.SET_LOOKUP, action);
        } else if (action instanceof PatchAction.RetireRefs) {
            append(perCore ? Kind.RETIRE_EACH : Kind.RETIRE_ONE, action);
            if (!perCore) {
                append(Kind.AWAIT_ONE, action);
            }
        } else if (action instanceof PatchAction.DropRefs) {
            append(perCore ? Kind.DROP_EACH : Kind.DROP_ONE, action);
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

    private void walk(Position start) {
        Position now = start;
        for (int at = 0; at < kinds.size(); at++) {
            positions.add(now);
            now = now.copy();
            PatchAction action = actions.get(at);
            switch (kinds.get(at)) {
                case WRITE -> {
                    now.moment++;
                    PatchAction.Own own = ((PatchAction.WriteText) action).own();
                    now.hidden = own == PatchAction.Own.HIDDEN;
                    now.ownEpoch = own == PatchAction.Own.STALE ? now.ownEpoch : now.moment;
                    now.ownDrained = own == PatchAction.Own.STALE ? now.ownDrained : now.moment;
                }
                case SERIALISE, SEND, STOP -> {
                    now.ownEpoch = now.moment;
                    now.ownDrained = now.moment;
                    now.holding |= kinds.get(at) == Kind.STOP;
                    now.flushing = !(action instanceof PatchAction.SendSync send) || send.flushes();
                }
                case INTERRUPTS -> now.interruptsOn = ((PatchAction.SetInterrupts) action).enabled();
                case RELEASE -> now.holding = false;
                case FILL -> {
                    now.array = ((PatchAction.FillArray) action).batch();
                    now.stale = now.array;
                }
                case EMPTY -> now.array = NONE;
                case PUBLISH_ONE, PUBLISH_EACH -> now.published = true;
                case RETIRE_ONE, RETIRE_EACH, DROP_ONE, DROP_EACH -> now.published = false;
                case SET_LOOKUP -> {
                    PatchAction.SetLookup lookup = (PatchAction.SetLookup) action;
                    if (lookup.usable()) {
                        now.usable.add(lookup.word());
                    } else {
                        now.usable.remove(lookup.word());
                    }
                }
                case AWAIT, AWAIT_STOPPED, START_GRACE_PERIOD, AWAIT_READERS, AWAIT_ONE, FINISH, END -> {}
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
                case AWAIT, AWAIT_STOPPED -> afterAwait = true;
                case SEND -> {
                    boolean reachesAll = ((PatchAction.SendSync) actions.get(at)).cores() == CoreSet.ALL;
                    afterSend |= afterAwait && reachesAll;
                }
                case STOP -> afterSend |= afterAwait;
                case FILL,
                        PUBLISH_EACH,
                        PUBLISH_ONE,
                        SET_LOOKUP,
                        RETIRE_EACH,
                        RETIRE_ONE,
                        AWAIT_ONE,
                        DROP_EACH,
                        DROP_ONE,
                        EMPTY -> {
                    afterAwait = false;
                    afterSend = false;
                }
                case WRITE, SERIALISE, INTERRUPTS, RELEASE, START_GRACE_PERIOD, AWAIT_READERS, FINISH, END -> {}
            }
            positions.get(at).undisturbedIfPending = afterAwait;
            positions.get(at).undisturbed = afterSend;
        }
    }

    int size() {
        return kinds.size();
    }

    Kind kind(int at) {
        return kinds.get(at);
    }

    /** Whether it is the second patcher that does it. */
    boolean isRivals(int at) {
        return isRivals.get(at);
    }

    /** Whether the patcher goes through the cores there, one by one. */
    boolean isLoop(int at) {
        return switch (kinds.get(at)) {
            case PUBLISH_EACH, RETIRE_EACH, DROP_EACH -> true;
            default -> false;
        };
    }

    PatchAction action(int at) {
        return actions.get(at);
    }

    /** How many stores have reached text when the patcher is there. */
    int moment(int at) {
        return positions.get(at).moment;
    }

    /** Whether the patcher holds its own reference: in the only counter, or in its own core's. */
    boolean isPublished(int at) {
        return positions.get(at).published;
    }

    /** Whether a word that leads to the array can be used. */
    boolean isUsable(int at, Lookup word) {
        return positions.get(at).usable.contains(word);
    }

    /** Whether stopped cores are to stay stopped. */
    boolean isHolding(int at) {
        return positions.get(at).holding;
    }

    /** Whether the patching core takes interrupts and IPIs. */
    boolean isInterruptible(int at) {
        return positions.get(at).interruptsOn && !positions.get(at).hidden;
    }

    /** Whether taking the newest IPI makes a core fetch anew. */
    boolean isFlushing(int at) {
        return positions.get(at).flushing;
    }

    /** Past which store the patching core itself has serialised. */
    int ownEpoch(int at) {
        return positions.get(at).ownEpoch;
    }

    /**
     * How many stores have certainly left the patching core's store buffer: who writes through another mapping than it fetches
     * through does not fetch its own stores from there.
     */
    int ownDrained(int at) {
        return positions.get(at).ownDrained;
    }

    /** Whether a handler that starts there runs to its end undisturbed. */
    boolean isUndisturbed(int at, boolean pending) {
        return pending ? positions.get(at).undisturbedIfPending : positions.get(at).undisturbed;
    }

    /** Whether the handler finds a site in the array; in an empty one it compares the first entry all the same. */
    boolean finds(int at, int site) {
        int array = positions.get(at).array;
        if (isForeign(site)) {
            return false;
        }
        if (array != NONE) {
            return found.get(array)[site];
        }
        int stale = positions.get(at).stale;
        return stale != NONE && batches.get(stale)[0] == site;
    }

    /** As {@link #finds}, in the array of the batch before as well. */
    boolean findsInTwoGenerations(int at, int site) {
        int stale = positions.get(at).stale;
        return finds(at, site)
                || !isForeign(site)
                        && (stale != NONE && found.get(stale)[site] || stale > 0 && found.get(stale - 1)[site]);
    }

    /** The sites of a batch in the order of the array. */
    int[] batch(int batch) {
        return batches.get(batch);
    }

    List<SiteHistory> sites() {
        return sites;
    }

    /** The site at an address, or {@link #NONE}. */
    int siteAt(long address) {
        return index.getOrDefault(address, NONE);
    }

    /** The number of the INT3 that always stands elsewhere; {@link #NONE} if there is none. */
    int foreignSite() {
        return hasForeignInt3 ? sites.size() : NONE;
    }

    boolean isForeign(int site) {
        return site == sites.size();
    }

    /** Whether an INT3 that the handler does not claim belongs to somebody else. */
    boolean isOwned(int site) {
        return isForeign(site) || lastText(site).byteAt(0) == TextPokeLoc.INT3;
    }

    /** Whether memory has INT3 at the first byte of a site. */
    boolean hasInt3(int at, int site) {
        SiteHistory history = sites.get(site);
        return history.textAfter(history.storesBy(moment(at))).byteAt(0) == TextPokeLoc.INT3;
    }

    /** What stands at a site in the end. */
    InstructionBytes lastText(int site) {
        return sites.get(site).textAfter(sites.get(site).storeCount());
    }

    /** The batch in the array, or {@link #NONE}. */
    int array(int at) {
        return positions.get(at).array;
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
            return "write " + siteOfMoment[moment(at)] + " +" + write.offset() + " " + write.bytes();
        }
        return switch (kinds.get(at)) {
            case AWAIT_ONE -> "retire.done";
            case END -> "end";
            default -> actions.get(at).toString();
        };
    }

    /** A site as reports write it. */
    String siteText(int site) {
        return isForeign(site)
                ? "a foreign INT3"
                : "site " + site + " at " + Address.text(sites.get(site).address());
    }
}
