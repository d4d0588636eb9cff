package dev.pokesim.emulator.travel;

import dev.pokesim.emulator.core.Core;
import dev.pokesim.emulator.machine.Routine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Addresses for what has none: a core that executes a routine is somewhere, too. Each micro-op of a routine stands for one byte;
 * nothing is mapped there in the machine.
 */
public final class RoutineText {
    /** Where the first routine begins: the upper end of where kernels map modules. */
    public static final long START = 0xffff_ffff_e000_0000L;

    /** Room for each. */
    private static final int STRIDE_BITS = 16;

    private final List<Routine> routines;

    /**
     * @param routines always in the same order
     */
    public RoutineText(List<Routine> routines) {
        this.routines = List.copyOf(routines);
    }

    /** What stands at an address. */
    public record Place(Routine routine, int index) {}

    /** All routines. */
    public List<Routine> routines() {
        return routines;
    }

    /** The address of a routine's first micro-op. */
    public long start(Routine routine) {
        return START + ((long) routines.indexOf(routine) << STRIDE_BITS);
    }

    /** Where a core is: its next micro-op if it executes a routine, else its instruction. */
    public long pc(Core core) {
        return core.code() instanceof Routine routine ? start(routine) + core.index() : core.rip();
    }

    /** Whether an address lies where routines stand, or between two. */
    public boolean covers(long address) {
        return address - START >>> STRIDE_BITS < routines.size() && address - START >= 0;
    }

    /** The micro-op at an address; null if it is none of ours. */
    public @Nullable Place at(long address) {
        if (!covers(address)) {
            return null;
        }
        long offset = address - START;
        Routine routine = routines.get((int) (offset >>> STRIDE_BITS));
        int index = (int) offset & (1 << STRIDE_BITS) - 1;
        return index < routine.size() ? new Place(routine, index) : null;
    }
}
