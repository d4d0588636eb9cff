package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.isa.Decoded;
import dev.pokesim.emulator.memory.Address;
import dev.pokesim.emulator.memory.InstructionBytes;
import java.util.Collections;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** What was stored into the sites so far, and what a proof lets cores fetch of it. */
final class FollowedText {
    private static final int RIGHT_BITS = 12;

    private final FollowedState state;
    private final ProtocolProgram program;
    /** Where the first site begins, and how far from there the last one ends. */
    private final long firstSite;

    private final long sizeBytes;
    /** The machine's moment after each store of the program: others may store into text as well. */
    private final int[] machineMoment;
    /** How many stores each site has had. */
    private final int[] storesOfSite;
    /** The program's moment after each site's newest store. */
    private final int[] newestOfSite;

    /* What was found right last, by address: most fetches of a run are again the one before. */
    private final @Nullable Decoded[] right = new Decoded[1 << RIGHT_BITS];
    private final int[] rightSite = new int[1 << RIGHT_BITS];
    private final int[] rightSince = new int[1 << RIGHT_BITS];
    private final int[] rightNow = new int[1 << RIGHT_BITS];

    FollowedText(FollowedState state) {
        this.state = state;
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
    void stored(int machineMomentAfter) {
        int moment = state.moment();
        int site = program.siteOfMoment(moment - 1);
        machineMoment[moment] = machineMomentAfter;
        storesOfSite[site]++;
        newestOfSite[site] = moment;
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
}
