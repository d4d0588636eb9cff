package dev.pokesim.patcher.check;

import dev.pokesim.emulator.memory.InstructionBytes;
import dev.pokesim.patcher.kernel.KernelCosts;
import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.PokeArray;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
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
        return of(places, List.of(), PokeArray.of(refs, layout), cores);
    }

    /**
     * New ones for a run.
     *
     * @param places every place of the run
     * @param intermediates instructions that may be executed at a place besides its texts
     * @param array of the kernel that runs
     */
    public static List<Oracle> of(
            List<TextPokeLoc> places, List<InstructionBytes> intermediates, PokeArray array, int cores) {
        return List.of(
                new NoTornInstruction(intermediates),
                new NoEntryInsideSite(),
                new EveryInt3IsClaimed(),
                new ActsAsEmulated(places, cores),
                new NothingOldAfterFinish(),
                new StackAsInNativeRun(places, cores),
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
