package dev.pokesim.patcher.run;

import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import java.util.List;
import java.util.Set;

/**
 * What a sequence of anybody's runs in, besides the cores that execute its places.
 *
 * @param batches the places of each batch, in the order of the array; none if they are queued as the kernel does it
 * @param ofOthers addresses of INT3s that somebody else owns
 * @param company what else is going on
 * @param without oracles that are not asked, by name
 * @param visits for each core which functions it calls, one after the other, by number; none if they are dealt out
 */
public record Surroundings(
        List<List<TextPokeLoc>> batches,
        Set<Long> ofOthers,
        Set<Company> company,
        Set<String> without,
        List<List<Integer>> visits) {
    /** The kernel's patcher alone. */
    static final Surroundings NONE = new Surroundings(List.of(), Set.of(), Set.of(), Set.of(), List.of());

    public Surroundings {
        batches = batches.stream().map(List::copyOf).toList();
        ofOthers = Set.copyOf(ofOthers); // only asked
        company = Set.copyOf(company);
        without = Set.copyOf(without);
        visits = visits.stream().map(List::copyOf).toList();
    }

    /** The same with cores that call certain functions. */
    Surroundings visiting(List<List<Integer>> functions) {
        return new Surroundings(batches, ofOthers, company, without, functions);
    }

    /** Whether the batches are known beforehand. */
    boolean isSequence() {
        return !batches.isEmpty();
    }

    /** Whether there is a second patcher. */
    boolean hasRival() {
        return has(Company.RIVAL_PATCHER) || has(Company.RIVAL_WITHOUT_MUTEX);
    }

    /** The batches of core 0: all, or all but the last. */
    List<List<TextPokeLoc>> ownBatches() {
        return hasRival() ? batches.subList(0, batches.size() - 1) : batches;
    }

    boolean has(Company one) {
        return company.contains(one);
    }

    /** All of it, in an order that does not depend on hashing. */
    @Override
    public String toString() {
        return batches + " " + ofOthers.stream().sorted().toList() + " "
                + company.stream().sorted().toList() + " "
                + without.stream().sorted().toList() + " " + visits;
    }
}
