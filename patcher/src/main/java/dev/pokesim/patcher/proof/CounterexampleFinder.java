package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.patcher.kernel.PatchPlace;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a violation small enough to be understood: fewer sites and cores first, because a new search at that size is quicker than
 * anything that can be done with a long interleaving, and breadth first, so that what it finds is shortest. Then it joins what
 * one core does.
 */
final class CounterexampleFinder {
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long QUICK_STATES = 30_000;
    private static final long THOROUGH_STATES = 3_000_000;

    private CounterexampleFinder() {}

    /** Looks at the smallest sizes, for a fraction of a second; null if nothing is wrong there as far as was looked. */
    static @Nullable Counterexample quickly(ProofSetup setup) {
        return find(setup, 2, 3, QUICK_STATES);
    }

    /** Looks at sizes that can be gone through in seconds; null if none of these shows any violation. */
    static @Nullable Counterexample thoroughly(ProofSetup setup) {
        return find(setup, 3, 4, THOROUGH_STATES);
    }

    private static @Nullable Counterexample find(ProofSetup setup, int maxSites, int maxCores, long maxStates) {
        for (int sites = 1; sites <= maxSites; sites++) {
            for (int cores = 2; cores <= Math.min(maxCores, setup.cores()); cores++) {
                Counterexample found = at(shrink(setup, sites, cores), maxStates);
                if (found != null) {
                    return found;
                }
            }
            if (setup.placeCount() <= sites) {
                break;
            }
        }
        return null;
    }

    private static BreadthFirstSearch.Result search(ProtocolModel model, long maxStates) {
        return ProtocolExplorer.search(model, 1, MEMORY_BYTES, extent -> extent.states() < maxStates);
    }

    /** The shortest interleaving at exactly this size; null if nothing is wrong there. */
    private static @Nullable Counterexample at(ProofSetup setup, long maxStates) {
        ProtocolModel model = model(setup);
        BreadthFirstSearch.Result result = search(model, maxStates);
        if (result.outcome() != Outcome.WRONG) {
            return null;
        }
        List<ProofStep> steps = steps(model, result.path());
        Violated violated = (Violated) Objects.requireNonNull(result.wrong());
        steps = FewerSwitches.of(setup, steps, violated);
        Explanation explanation = Explanation.of(setup, steps, violated);
        return new Counterexample(
                setup,
                explanation.steps(),
                violated.oracle(),
                explanation.what(),
                explanation.reasons(),
                modes(setup, maxStates),
                result.extent());
    }

    private static ProtocolModel model(ProofSetup setup) {
        return new ProtocolModel(new ProtocolProgram(setup), setup, Reduction.NONE);
    }

    private static List<ProofStep> steps(ProtocolModel model, List<byte[]> path) {
        Interleaving walk = new Interleaving(model);
        for (byte[] state : path.subList(1, path.size())) {
            ProofStep step =
                    Objects.requireNonNull(walk.stepTo(state), "a state of the path does not follow the one before");
            walk.take(step);
        }
        return walk.taken();
    }

    private static List<FetchMode> modes(ProofSetup setup, long maxStates) {
        return Stream.of(FetchMode.values())
                .filter(mode -> {
                    ProtocolModel model = model(setup.withFetchMode(mode));
                    return search(model, maxStates).outcome() == Outcome.WRONG;
                })
                .toList();
    }

    /** The same with the first places only, of every batch, and fewer cores. */
    static ProofSetup shrink(ProofSetup setup, int sites, int cores) {
        List<Long> addresses = setup.batches().stream()
                .flatMap(Collection::stream)
                .map(PatchPlace::address)
                .distinct()
                .toList();
        List<Long> kept = addresses.subList(0, Math.min(sites, addresses.size()));
        List<List<PatchPlace>> batches = new ArrayList<>();
        for (List<PatchPlace> batch : setup.batches()) {
            List<PatchPlace> places = batch.stream()
                    .filter(place -> kept.contains(place.address()))
                    .toList();
            if (!places.isEmpty()) {
                batches.add(places);
            }
        }
        return setup.withBatches(batches).withCores(cores);
    }
}
