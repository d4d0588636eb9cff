package dev.pokesim.patcher.proof;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.BreadthFirstSearch.Extent;
import java.util.List;

/**
 * A way to a violation, with the cores told apart.
 *
 * @param setup with as few cores and sites as still show it
 * @param steps from the start; the last one is the violation itself, where it is something that a core does
 * @param texts what each step has to do with text, in the order of the steps
 * @param core that violates the property; the patcher's if it is the patcher, or all together
 * @param oracle the property that is violated, by the name of its class in {@code check}
 * @param what happens, in one sentence
 * @param reasons who wrote what was seen, and which serialisation was missing; a line each
 * @param modes every fetch mode that shows a violation of this protocol at this size, the weakest first; empty if that was not looked for
 * @param extent of the breadth-first search that found it
 * @param isShortest whether no shorter one exists at this size
 */
public record Counterexample(
        ProofSetup setup,
        List<ProofStep> steps,
        List<StepText> texts,
        int core,
        String oracle,
        String what,
        List<String> reasons,
        List<FetchMode> modes,
        Extent extent,
        boolean isShortest) {
    public Counterexample {
        steps = List.copyOf(steps);
        texts = List.copyOf(texts);
        reasons = List.copyOf(reasons);
        modes = List.copyOf(modes);
    }
}
