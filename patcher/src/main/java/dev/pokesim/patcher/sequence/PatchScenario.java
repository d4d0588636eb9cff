package dev.pokesim.patcher.sequence;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.patcher.kernel.PatchPlace;
import dev.pokesim.patcher.proof.ProofSetup;
import dev.pokesim.patcher.proof.ProofSetup.Company;
import dev.pokesim.patcher.site.ImageBytes;
import dev.pokesim.patcher.site.LoadedImage;
import dev.pokesim.patcher.site.Segment;
import dev.pokesim.patcher.site.Symbols;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A patch sequence with its surroundings, and what is known to come of it.
 *
 * @param name as users write it
 * @param about one sentence
 * @param source where it comes from
 * @param sequence the steps, the handler and the places
 * @param batches the places of each batch, in the order of the array
 * @param cores with the patcher's
 * @param perCoreRefs whether each core has a reference count of its own
 * @param company what else is going on
 * @param without oracles that are not asked: what the sequence does not promise
 * @param expected per fetch mode the names of the oracles one of which is violated; empty if it is safe
 */
public record PatchScenario(
        String name,
        String about,
        String source,
        PatchSequence sequence,
        List<List<PatchPlace>> batches,
        int cores,
        boolean perCoreRefs,
        Set<Company> company,
        Set<String> without,
        Map<FetchMode, Set<String>> expected) {
    public PatchScenario {
        batches = batches.stream().map(List::copyOf).toList();
        company = Set.copyOf(company);
        without = Set.copyOf(without);
        expected = new EnumMap<>(expected);
    }

    /** What is to be proved of it. */
    public ProofSetup setup(FetchMode mode) {
        return new ProofSetup(sequence, batches, cores, perCoreRefs, mode, company, without);
    }

    /** The names of the oracles one of which is violated; empty if it is safe. */
    public Set<String> expected(FetchMode mode) {
        return expected.getOrDefault(mode, Set.of());
    }

    /** The places as an image: text that holds their old bytes, and nothing else. */
    public LoadedImage image() {
        List<Segment> segments = sequence.places().stream()
                .map(place -> new Segment(
                        "text",
                        place.address(),
                        ImageBytes.copyOf(place.oldText().toArray()),
                        true,
                        false))
                .toList();
        return new LoadedImage("scenario " + name, segments, Symbols.of(List.of()), List.of());
    }
}
