package dev.pokesim.patcher.check;

import dev.pokesim.patcher.kernel.HandlerStep;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import dev.pokesim.patcher.protocol.Outline;
import dev.pokesim.patcher.protocol.PatchProtocol;
import dev.pokesim.patcher.protocol.PatchStep;
import java.util.ArrayList;
import java.util.List;

/** Every oracle that a timed run can afford: all of them. */
public final class Oracles {
    /** The name under which a BUG of the kernel is reported. */
    public static final String BUG = "NoBug";

    /** The property that a BUG of the kernel violates; the kernel's own routines watch it. */
    public static final String NO_BUG = "the kernel meets no BUG";

    private Oracles() {}

    /**
     * New ones for a run.
     *
     * @param places every place of the run
     */
    public static List<Oracle> of(List<TextPokeLoc> places, Refs refs, KernelLayout layout, int cores) {
        return of(places, PokeArray.of(refs, layout), cores);
    }

    /**
     * New ones for a run.
     *
     * @param places every place of the run
     * @param array of the kernel that runs
     */
    public static List<Oracle> of(List<TextPokeLoc> places, PokeArray array, int cores) {
        return of(places, array, cores, new NoTornInstruction(List.of()), new NothingOldAfterFinish(), Instead.CHOSEN);
    }

    /**
     * New ones for anybody's protocol.
     *
     * @param places every place of the run
     * @param array of the patcher
     */
    public static List<Oracle> of(PatchProtocol protocol, List<TextPokeLoc> places, PokeArray array, int cores) {
        List<Oracle> all = new ArrayList<>(of(
                places,
                array,
                cores,
                new NoTornInstruction(protocol.intermediates()),
                new NothingOldAfterFinish(place -> Outline.textAfter(protocol, place)),
                protocol.handler().retries() ? Instead.ANY_TEXT_OR_AGAIN : Instead.ANY_TEXT));
        if (protocol.steps().stream().anyMatch(PatchStep.DropRefs.class::isInstance)) {
            all.removeIf(RefsEndAtZero.class::isInstance); // it says that it waits for nobody
        }
        if (protocol.handler().steps().contains(HandlerStep.RUN_SITES)) {
            all.add(new EveryWaitEnds(cores, 0, KernelCosts.NONE));
        }
        return all;
    }

    private static List<Oracle> of(
            List<TextPokeLoc> places,
            PokeArray array,
            int cores,
            NoTornInstruction torn,
            NothingOldAfterFinish old,
            Instead instead) {
        return List.of(
                torn,
                new NoEntryInsideSite(),
                new EveryInt3IsClaimed(),
                new ActsAsEmulated(places, instead, cores),
                old,
                new StackAsInNativeRun(places, instead, cores),
                new RefsEndAtZero(array),
                new ArrayStableWhileReferenced(array));
    }

    /** Their names, those that only a proof knows included. */
    public static List<String> names() {
        List<String> names = new ArrayList<>();
        for (Oracle oracle : of(List.of(), new PerCpuRefs(), new KernelLayout(0, 1), 1)) {
            names.add(oracle.getClass().getSimpleName());
        }
        names.add(EveryWaitEnds.class.getSimpleName());
        names.add(BUG);
        return names;
    }

    /** What they watch, one statement each. */
    public static List<String> properties() {
        List<String> properties = new ArrayList<>();
        for (Oracle oracle : of(List.of(), new PerCpuRefs(), new KernelLayout(0, 1), 1)) {
            properties.add(oracle.property());
        }
        properties.add(new EveryWaitEnds(1, 0, KernelCosts.NONE).property());
        properties.add(NO_BUG);
        return properties;
    }
}
