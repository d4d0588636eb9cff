package dev.pokesim.patcher.proof;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What cores may fetch, over all sites, for a pair of moments: the one past which a core has serialised, and the present. Only a
 * function of the two, so each pair is worked out once.
 */
final class FetchVerdicts {
    private static final int[] NO_SITES = {};

    /**
     * All sites at once.
     *
     * @param wrong what may be executed that must not; null if nothing
     * @param wrongSite where
     * @param int3Sites where a core may trap, ascending
     */
    record Verdict(@Nullable String wrong, int wrongSite, int[] int3Sites) {}

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

    private Verdict find(int epoch, int moment) {
        List<Integer> int3 = new ArrayList<>();
        for (int site = 0; site < storesBy.length; site++) {
            SiteFetches.Outcome outcome = program.fetches(site).between(storesBy[site][epoch], storesBy[site][moment]);
            if (outcome.wrong() != null) {
                return new Verdict(
                        "may execute " + outcome.wrong() + " at " + program.siteText(site)
                                + ": neither a text of the site nor INT3",
                        site,
                        NO_SITES);
            }
            if (outcome.int3()) {
                int3.add(site);
            }
        }
        return new Verdict(
                null, Violated.NOBODY, int3.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The first site of a batch where more can be fetched than the present text; {@link Violated#NOBODY} if there is none. */
    int unsettled(int epoch, int moment, int batch) {
        for (int site = 0; site < storesBy.length; site++) {
            if (program.isInBatch(batch, site)) {
                SiteFetches.Outcome outcome =
                        program.fetches(site).between(storesBy[site][epoch], storesBy[site][moment]);
                if (outcome.seen().size() > 1) {
                    return site;
                }
            }
        }
        return Violated.NOBODY;
    }

    /** What can be fetched at a site. */
    String text(int epoch, int moment, int site) {
        return String.join(
                " or ",
                program.fetches(site)
                        .between(storesBy[site][epoch], storesBy[site][moment])
                        .seen());
    }
}
