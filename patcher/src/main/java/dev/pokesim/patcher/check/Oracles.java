package dev.pokesim.patcher.check;

import dev.pokesim.patcher.kernel.KernelLayout;
import dev.pokesim.patcher.kernel.PerCpuRefs;
import dev.pokesim.patcher.kernel.Refs;
import dev.pokesim.patcher.kernel.TextPokeLoc;
import java.util.ArrayList;
import java.util.List;

/** Every oracle that a timed run can afford: all of them. */
public final class Oracles {
    /** The property that a deadlock violates. */
    public static final String EVERY_WAIT_ENDS = "every wait ends";

    /** The property that a fault nobody handles, or a BUG of the kernel, violates. */
    public static final String NO_CRASH = "no core faults without a handler, and the kernel meets no BUG";

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

    /** What they watch, one statement each; that every wait ends, the run itself sees. */
    public static List<String> properties() {
        List<String> properties = new ArrayList<>();
        for (Oracle oracle : of(List.of(), new PerCpuRefs(), new KernelLayout(0, 1), 1)) {
            properties.add(oracle.property());
        }
        properties.add(EVERY_WAIT_ENDS);
        properties.add(NO_CRASH);
        return properties;
    }
}
