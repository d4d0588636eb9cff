package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Outcome;
import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.PatchPlace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
    private static final int MAX_ALONE = 256;
    private static final long LINE_BYTES = 64;

    private CounterexampleFinder() {}

    /**
     * Looks at the smallest sizes, and at every kind of site alone, for a fraction of a second; null if nothing is wrong there as
     * far as was looked.
     */
    static @Nullable Counterexample quickly(ProofSetup setup) {
        Counterexample found = find(setup, 2, 3, upTo(QUICK_STATES));
        return found == null && !setup.hasRival() ? alone(setup) : found;
    }

    /**
     * Looks at sizes that can be gone through in seconds, and at the beginning of all batches as they are, which may be what is wrong; null
     * if none of these shows any violation, or if it was stopped.
     */
    static @Nullable Counterexample thoroughly(ProofSetup setup, BreadthFirstSearch.Progress progress) {
        BreadthFirstSearch.Progress bounded = upTo(THOROUGH_STATES);
        Counterexample found = find(setup, 3, 4, extent -> bounded.reached(extent) && progress.reached(extent));
        return found == null ? at(setup.withCores(2), upTo(QUICK_STATES)) : found;
    }

    private static BreadthFirstSearch.Progress upTo(long maxStates) {
        return extent -> extent.states() < maxStates;
    }

    /** Sites differ in their texts and in where they lie in a cache line; it may take a certain one. */
    private static @Nullable Counterexample alone(ProofSetup setup) {
        record Kind(InstructionBytes oldText, InstructionBytes newText, long offset) {}
        Set<Kind> seen = new HashSet<>(); // only asked
        List<PatchPlace> places = setup.places();
        for (PatchPlace place : places.subList(0, Math.min(MAX_ALONE, places.size()))) {
            if (seen.add(new Kind(place.oldText(), place.newText(), place.address() & LINE_BYTES - 1))) {
                Counterexample found = at(only(setup, List.of(place.address()), 2), upTo(QUICK_STATES));
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private static @Nullable Counterexample find(
            ProofSetup setup, int maxSites, int maxCores, BreadthFirstSearch.Progress progress) {
        int siteCount = setup.places().size();
        int fewest = setup.hasRival() ? siteCount : 1;
        for (int sites = fewest; sites <= Math.max(maxSites, fewest); sites++) {
            for (int cores = 2; cores <= Math.min(maxCores, setup.cores()); cores++) {
                Counterexample found = at(shrink(setup, sites, cores), progress);
                if (found != null) {
                    return found;
                }
            }
            if (siteCount <= sites) {
                break;
            }
        }
        return null;
    }

    private static BreadthFirstSearch.Result search(ProtocolModel model, BreadthFirstSearch.Progress progress) {
        return ProtocolExplorer.searchForEnds(model, MEMORY_BYTES, progress);
    }

    /** The shortest interleaving at exactly this size; null if nothing is wrong there. */
    private static @Nullable Counterexample at(ProofSetup setup, BreadthFirstSearch.Progress progress) {
        ProtocolModel model = model(setup);
        BreadthFirstSearch.Result result = search(model, progress);
        if (!isWrong(result)) {
            return null;
        }
        Interleaving walk = walk(model, result.path());
        Violated found = walk.violatedOrEndless();
        Violated violated = found == null && result.outcome() == Outcome.ENDLESS
                ? Endless.SOMEWHERE
                : Objects.requireNonNull(found, "nothing is wrong at the end of the path");
        List<ProofStep> steps = FewerSwitches.of(setup, walk.taken(), violated);
        Explanation explanation = Explanation.of(setup, steps, violated);
        return new Counterexample(
                setup,
                explanation.steps(),
                explanation.texts(),
                violated.group() < 0 ? model.patcherIn(walk.state()) : violated.group() + 1,
                violated.oracle(),
                explanation.what(),
                explanation.reasons(),
                modes(setup, progress),
                result.extent(),
                !setup.hasRival() || Turns.isComplete(setup) || steps.size() <= Turns.SWITCHES + 2);
    }

    private static boolean isWrong(BreadthFirstSearch.Result result) {
        return result.outcome() == Outcome.WRONG || result.outcome() == Outcome.ENDLESS;
    }

    private static ProtocolModel model(ProofSetup setup) {
        return new ProtocolModel(new ProtocolProgram(setup), setup, Reduction.NONE);
    }

    private static Interleaving walk(ProtocolModel model, List<byte[]> path) {
        Interleaving walk = new Interleaving(model);
        for (byte[] state : path.subList(1, path.size())) {
            ProofStep step =
                    Objects.requireNonNull(walk.stepTo(state), "a state of the path does not follow the one before");
            walk.take(step);
        }
        return walk;
    }

    private static List<FetchMode> modes(ProofSetup setup, BreadthFirstSearch.Progress progress) {
        return Stream.of(FetchMode.values())
                .filter(mode -> {
                    ProtocolModel model = model(setup.withFetchMode(mode));
                    return isWrong(search(model, progress));
                })
                .toList();
    }

    /** The same with the first places only, of every batch, and another number of cores; two patchers keep their places. */
    static ProofSetup shrink(ProofSetup setup, int sites, int cores) {
        return setup.hasRival()
                ? setup.withCores(cores)
                : only(setup, addresses(setup).stream().limit(sites).toList(), cores);
    }

    private static List<Long> addresses(ProofSetup setup) {
        return setup.places().stream().map(PatchPlace::address).toList();
    }

    /** The same with some places only, of every batch, and another number of cores. */
    private static ProofSetup only(ProofSetup setup, List<Long> kept, int cores) {
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
