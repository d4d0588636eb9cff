package dev.pokesim.patcher.check;

import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.List;

/** Every oracle that a timed run can afford: all of them. */
public final class Oracles {
    private Oracles() {}

    /** New ones for a run. @param places every place of the run */
    public static List<Oracle> of(List<TextPokeLoc> places, Refs refs, KernelLayout layout, int cores) {
        return List.of(
                new NoTornInstruction(),
                new NoEntryInsideSite(),
                new EveryInt3IsClaimed(),
                new ActsAsEmulated(places, cores),
                new NothingOldAfterFinish(),
                new StackAsInNativeRun(places, cores),
                new RefsEndAtZero(refs, layout),
                new ArrayStableWhileReferenced(refs, layout));
    }
}
