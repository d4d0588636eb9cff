package dev.pokesim.patcher.proof;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What cores may fetch, over all sites, for a pair of moments: the one past which a core has serialised, and the present. Only a
 * function of the two, so each pair is worked out once.
 */
final class FetchVerdicts {
    /**
     * All sites at once.
     *
     * @param wrong what may be executed that must not; null if nothing
     * @param wrongSite where
     * @param int3Sites where a core may trap, ascending
     * @param rests where a core may be in the middle of a site after one instruction of it: site and offset in turns
     */
    record Verdict(@Nullable String wrong, int wrongSite, int[] int3Sites, int[] rests) {}

    private final ProtocolProgram program;
    private final int stores;
    /** By epoch and moment. Several threads fill it; they come to the same result, so a lost update costs time only. */
    private final @Nullable Verdict[][] known;

    private final int[][] storesBy; // per site and moment, how many of its stores have happened

    FetchVerdicts(ProtocolProgram program) {
        this.program = program;
        stores = program.storeCount();
        known = new Verdict[stores + 1][];
        storesBy = new int[program.sites().size()][stores + 1];
        for (int moment = 1; moment <= stores; moment++) {
            for (int[] site : storesBy) {
                site[moment] = site[moment - 1];
            }
            storesBy[program.siteOfMoment(moment - 1)][moment]++;
        }
    }

    Verdict between(int epoch, int moment) {
        @Nullable Verdict[] row = known[epoch];
        if (row == null) {
            row = new Verdict[stores + 1];
            known[epoch] = row;
        }
        Verdict verdict = row[moment];
        if (verdict == null) {
            verdict = find(epoch, moment);
            row[moment] = verdict;
        }
        return verdict;
    }

    /** What a core may fetch at one site, {@code offset} bytes inside. */
    SiteFetches.Outcome at(int site, int offset, int epoch, int moment) {
        return program.fetches(site).between(offset, storesBy[site][epoch], storesBy[site][moment]);
    }

    private Verdict find(int epoch, int moment) {
        List<Integer> int3 = new ArrayList<>();
        List<Integer> rests = new ArrayList<>();
        for (int site = 0; site < storesBy.length; site++) {
            SiteFetches.Outcome outcome = at(site, 0, epoch, moment);
            if (outcome.wrong() != null) {
                return new Verdict(
                        "may execute " + outcome.wrong() + " at " + program.siteText(site)
                                + ": neither a text of the site nor INT3",
                        site,
                        new int[0],
                        new int[0]);
            }
            if (outcome.int3()) {
                int3.add(site);
            }
            for (int offset : outcome.goesOnAt()) {
                rests.add(site);
                rests.add(offset);
            }
        }
        if (program.foreignSite() != ProtocolProgram.NONE) {
            int3.add(program.foreignSite());
        }
        return new Verdict(null, ProtocolProgram.NONE, array(int3), array(rests));
    }

    private static int[] array(List<Integer> list) {
        return list.stream().mapToInt(Integer::intValue).toArray();
    }

    /** The first site of a batch where more can be fetched than the present text; {@link ProtocolProgram#NONE} if there is none. */
    int unsettled(int epoch, int moment, int batch) {
        for (int site : program.batch(batch)) {
            if (at(site, 0, epoch, moment).seen().size() > 1) {
                return site;
            }
        }
        return ProtocolProgram.NONE;
    }
}
