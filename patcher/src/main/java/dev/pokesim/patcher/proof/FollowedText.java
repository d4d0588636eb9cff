package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.emulator.memory.TextHistory;
import dev.pokesim.emulator.state.StateReader;
import dev.pokesim.emulator.state.StateWriter;
import java.util.Collections;
import java.util.Comparator;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** What was stored into the sites so far, and what a proof lets cores fetch of it. */
final class FollowedText {
    private static final int RIGHT_BITS = 12;

    private final FollowedState state;
    private final ProtocolProgram program;
    /** Where the first site begins, and how far from there the last one ends. */
    private final long firstSite;

    private final long sizeBytes;
    private final TextHistory history;
    /** The machine's moment after each store of the program: others may store into text as well. */
    private final int[] machineMoment;
    /** How many stores each site has had. */
    private final int[] storesOfSite;
    /** The program's moment after each site's newest store. */
    private final int[] newestOfSite;
    /** How many stores these two count. */
    private int counted;

    /* What was found right last, by address: most fetches of a run are again the one before. */
    private final @Nullable Decoded[] right = new Decoded[1 << RIGHT_BITS];
    private final int[] rightSite = new int[1 << RIGHT_BITS];
    private final int[] rightSince = new int[1 << RIGHT_BITS];
    private final int[] rightNow = new int[1 << RIGHT_BITS];

    /**
     * @param history of the text of the machine that runs
     */
    FollowedText(FollowedState state, TextHistory history) {
        this.state = state;
        this.history = history;
        program = state.program;
        Comparator<SiteHistory> byAddress = Comparator.comparing(SiteHistory::address, Long::compareUnsigned);
        SiteHistory last = Collections.max(program.sites(), byAddress);
        firstSite = Collections.min(program.sites(), byAddress).address();
        sizeBytes = last.address() + last.sizeBytes() - firstSite;
        machineMoment = new int[program.storeCount() + 1];
        storesOfSite = new int[program.sites().size()];
        newestOfSite = new int[program.sites().size()];
    }

    /** Whether an address lies between the first site and the last. */
    boolean isAmongSites(long address) {
        return Address.isWithin(address, firstSite, sizeBytes);
    }

    /** The program's present store has reached memory: the moment is the one after it. */
    void stored() {
        count(state.moment() - 1, 1);
        machineMoment[state.moment()] = history.moment();
    }

    /** A site has had one store more or, if {@code change} is negative, one less. */
    private void count(int store, int change) {
        int site = program.siteOfMoment(store);
        storesOfSite[site] += change;
        newestOfSite[site] =
                storesOfSite[site] == 0 ? 0 : program.sites().get(site).momentOf(storesOfSite[site] - 1) + 1;
        counted += change;
    }

    /** By the proof, the core's epoch is the present; then the machine's must be. */
    void serialised(Core core) {
        int id = core.id();
        state.record[id] = CoreRecord.withEpoch(state.record[id], state.moment());
        checkEpoch(core);
    }

    /** The machine lets a core fetch nothing older than the proof does. */
    void checkEpoch(Core core) {
        int moment = machineMoment[CoreRecord.epoch(state.record[core.id()])];
        if (core.epoch() < moment) {
            state.lost(
                    core,
                    "may fetch text from moment " + core.epoch() + " on; in the proof it has serialised past moment "
                            + moment);
        }
    }

    /** Whether a fetch at a site can begin with some bytes, none of which lies behind the site. */
    boolean canFetch(Core core, int site, InstructionBytes bytes) {
        return program.fetches(site).canBeginWith(bytes, since(core, site), storesOfSite[site]);
    }

    /**
     * Whether a core may fetch an instruction that lies in a place, if only bytes inside the place count.
     *
     * @param sizeBytes of the place
     */
    boolean canFetch(Core core, Decoded instruction, int sizeBytes) {
        long address = instruction.address();
        int slot = (int) (address * 0x9e3779b97f4a7c15L >>> 64 - RIGHT_BITS);
        if (right[slot] == instruction) {
            int known = rightSite[slot];
            if (rightNow[slot] == storesOfSite[known] && rightSince[slot] == since(core, known)) {
                return true;
            }
        }
        int site = program.siteAt(address);
        if (site == ProtocolProgram.NONE) {
            return false;
        }
        if (!canFetch(core, site, instruction.bytes().prefix(sizeBytes))) {
            return false;
        }
        right[slot] = instruction;
        rightSite[slot] = site;
        rightSince[slot] = since(core, site);
        rightNow[slot] = storesOfSite[site];
        return true;
    }

    /** Everything that can be fetched at a site. */
    SiteFetches.Outcome fetches(Core core, int site) {
        return program.fetches(site).between(since(core, site), storesOfSite[site]);
    }

    /** How many of a site's stores the core has serialised past, by the proof. */
    private int since(Core core, int site) {
        int epoch = CoreRecord.epoch(state.record[core.id()]);
        return epoch >= newestOfSite[site]
                ? storesOfSite[site]
                : program.sites().get(site).storesBy(epoch);
    }

    // ---- snapshots: moments of the machine count from anywhere, so they are kept as how long ago they were

    /**
     * Appends the machine's moments that matter: of the newest store, and of the cores' epochs.
     *
     * @param willFetch says whether a core's epoch matters
     */
    void save(StateWriter out, IntPredicate willFetch) {
        out.number(history.moment() - machineMoment[state.moment()]);
        for (int id = 0; id < state.cores; id++) {
            if (willFetch.test(id)) {
                out.number(history.moment() - machineMoment[CoreRecord.epoch(state.record[id])]);
            }
        }
    }

    /** Takes back what {@link #save} wrote, after the records and the machine. */
    void restore(StateReader in, IntPredicate willFetch) {
        while (counted < state.moment()) {
            count(counted, 1);
        }
        while (counted > state.moment()) {
            count(counted - 1, -1);
        }
        machineMoment[state.moment()] = history.moment() - in.number();
        for (int id = 0; id < state.cores; id++) {
            if (willFetch.test(id)) {
                machineMoment[CoreRecord.epoch(state.record[id])] = history.moment() - in.number();
            }
        }
    }
}
