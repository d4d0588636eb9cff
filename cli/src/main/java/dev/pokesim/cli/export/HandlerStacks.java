package dev.pokesim.cli.export;

import dev.pokesim.emulator.memory.GuestFault;
import dev.pokesim.emulator.trace.TraceEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which handlers each core is in, as its traps and returns tell. */
public final class HandlerStacks {
    /** Vector of INT3. */
    public static final int INT3 = GuestFault.Vector.BREAKPOINT.number();

    /** No machine nests deeper; a damaged trace may say so. */
    private static final int MAX_DEPTH = 64;

    private final List<List<TraceEvent.Trap>> stacks = new ArrayList<>();

    /**
     * @param cores of the machine
     */
    public HandlerStacks(int cores) {
        for (int core = 0; core < cores; core++) {
            stacks.add(new ArrayList<>(2));
        }
    }

    /**
     * Follows one event.
     *
     * @return for a return the trap that it ends, if that was seen; for everything else null
     */
    public TraceEvent.@Nullable Trap add(TraceEvent event) {
        List<TraceEvent.Trap> stack = stacks.get(event.core());
        if (event instanceof TraceEvent.Trap trap && stack.size() < MAX_DEPTH) {
            stack.add(trap);
        } else if (event instanceof TraceEvent.Return && !stack.isEmpty()) {
            return stack.remove(stack.size() - 1);
        }
        return null;
    }

    /** The traps that a core has not returned from, outermost first. */
    List<TraceEvent.Trap> of(int core) {
        return stacks.get(core);
    }

    /** Whether a core is in an INT3 handler, or in one that interrupted it. */
    boolean isInInt3(int core) {
        for (TraceEvent.Trap trap : stacks.get(core)) {
            if (trap.vector() == INT3) {
                return true;
            }
        }
        return false;
    }
}
