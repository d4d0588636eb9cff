package dev.pokesim.patcher.run;

import dev.pokesim.emulator.core.FetchMode;
import dev.pokesim.emulator.explore.Model;
import dev.pokesim.emulator.trace.TraceHeader;
import dev.pokesim.patcher.kernel.PatchListener;
import java.util.List;

/** A patching machine without time, for explorations: core 0 patches, each other core calls functions with places, and halts. */
public sealed interface MachineModel extends Model.Source permits PatchModel, GuestModel {
    PatchTarget target();

    FetchMode fetchMode();

    /** With the one that patches. */
    int cores();

    /** How many calls each of the others makes. */
    int passes();

    /** How many NMIs may arrive at each core. */
    int nmis();

    /** Who patches, in a few words. */
    String patcher();

    /** What is known of it, in a sentence. */
    String description();

    /** How handlers count references. */
    String counting();

    /** The same, and somebody is told what happens besides the oracles; before them. */
    Model.Source observedBy(PatchListener observer);

    /** The patcher's and the handlers' data, under the kernel's names. */
    List<TraceHeader.Symbol> data();

    /** Where references are counted. */
    List<Long> counters();

    /** The same with one place, two cores and one call, which shows most in the fewest steps. */
    MachineModel smallest();

    /**
     * What decides how a run can go, as a number. Two models with the same digest do the same from the same schedule.
     *
     * @return SHA-256 as hexadecimal digits
     */
    String digest();

    /**
     * The micro-ops of one transition as people read them.
     *
     * @param microOps in the words of an exploration
     */
    default List<String> read(List<String> microOps) {
        return microOps;
    }

    /** What is wrong, as people read it. */
    default String read(String violation) {
        return violation;
    }
}
